// Strategies that may be recommended: the declared grid, and what was run beside it.
MATCH (s:Strategy {in_action_space: true})
RETURN s.id AS id, s.text AS text, s.settings_json AS settings_json,
       s.catalogue_version AS catalogue_version
ORDER BY s.text
