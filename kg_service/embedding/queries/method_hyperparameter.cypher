// R3
MATCH (m:CompressionMethod)-[:HAS_HYPERPARAMETER]->(h:Hyperparameter)
RETURN DISTINCT m.label AS head, h.id AS tail
