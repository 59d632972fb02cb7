MATCH (m:Migration {version: $version})
SET m.state = 'done', m.applied_at = $now
