// The first server to come runs the migration; the others wait for it.
MERGE (m:Migration {version: $version})
ON CREATE SET m.name = $name, m.checksum = $checksum, m.state = 'running', m.owner = $owner,
              m.claimed_at = $now
RETURN m.owner AS owner, m.state AS state, m.checksum AS checksum, m.claimed_at AS claimed_at
