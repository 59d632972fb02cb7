MATCH (m:CompressionMethod)-[:OF_TYPE]->(c:CompressionType)
RETURN DISTINCT m.label AS head, c.name AS tail
