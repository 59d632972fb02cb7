// R2
MATCH (s:Strategy)-[:HAS_SETTING]->(v:Setting)
RETURN DISTINCT s.id AS head, v.id AS tail
