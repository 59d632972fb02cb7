// R2. A setting that a published strategy leaves open has no value and teaches nothing.
MATCH (s:Strategy)-[:HAS_SETTING]->(v:Setting)
WHERE v.value IS NOT NULL
RETURN DISTINCT s.id AS head, v.id AS tail
