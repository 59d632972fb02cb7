MATCH (m:Migration)
RETURN m.version AS version, m.name AS name, m.checksum AS checksum, m.state AS state,
       m.owner AS owner, m.claimed_at AS claimed_at
ORDER BY version
