// A strategy that was in the action space once stays there.
UNWIND $rows AS row
MERGE (s:Strategy {id: row.id})
ON CREATE SET s.text = row.text, s.catalogue_version = row.catalogue_version,
              s.in_action_space = row.in_action_space, s.fully_set = row.fully_set,
              s.settings_json = row.settings_json
ON MATCH SET s.in_action_space = s.in_action_space OR row.in_action_space
