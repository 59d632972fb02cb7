// Strategies of two steps or more, with the order of their methods.
MATCH (s:Strategy)-[:HAS_STEP]->(p:Step)-[:STEP_METHOD]->(m:CompressionMethod)
WITH s, p, m ORDER BY p.position
WITH s, collect(m.label) AS methods
WHERE size(methods) > 1
RETURN methods, count(s) AS strategies
ORDER BY strategies DESC
