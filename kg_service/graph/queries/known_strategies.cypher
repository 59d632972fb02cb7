UNWIND $ids AS id
MATCH (s:Strategy {id: id})
RETURN s.id AS id, s.in_action_space AS in_action_space
