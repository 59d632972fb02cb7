// R4
MATCH (m:CompressionMethod)-[:HAS_TECHNIQUE]->(t:Technique)
RETURN DISTINCT m.label AS head, t.name AS tail
