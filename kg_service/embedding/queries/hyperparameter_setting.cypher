// R5
MATCH (h:Hyperparameter)-[:HAS_VALUE]->(v:Setting)
RETURN DISTINCT h.id AS head, v.id AS tail
