// R1
MATCH (s:Strategy)-[:HAS_METHOD]->(m:CompressionMethod)
RETURN DISTINCT s.id AS head, m.label AS tail
