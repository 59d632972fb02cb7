MATCH (m:CompressionMethod)-[:RUNS_ON]->(h:Hardware)
RETURN DISTINCT m.label AS head, h.name AS tail
