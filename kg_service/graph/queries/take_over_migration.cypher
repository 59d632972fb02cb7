// From a server that died while it ran the migration.
MATCH (m:Migration {version: $version})
WHERE m.state = 'running' AND m.owner = $previous
SET m.owner = $owner, m.claimed_at = $now
RETURN m.owner AS owner
