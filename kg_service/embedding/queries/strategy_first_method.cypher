// R1 forgets the order; the first position keeps C2 > C4 apart from C4 > C2.
MATCH (s:Strategy)-[:HAS_STEP]->(step:Step {position: 0})-[:STEP_METHOD]->(m:CompressionMethod)
RETURN DISTINCT s.id AS head, m.label AS tail
