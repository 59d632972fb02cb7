// R5
MATCH (h:Hyperparameter)-[:HAS_VALUE]->(v:Setting)
WHERE v.value IS NOT NULL
RETURN DISTINCT h.id AS head, v.id AS tail
