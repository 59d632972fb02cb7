MATCH (m:CompressionMethod)-[:APPLIES_TO]->(d:Domain)
RETURN DISTINCT m.label AS head, d.name AS tail
