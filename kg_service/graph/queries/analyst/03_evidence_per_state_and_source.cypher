// Where the evidence stands, source by source.
MATCH (r:ReferenceResult)-[:FROM_SOURCE]->(s:Source)
RETURN s.name AS source, s.kind AS kind, r.state AS state, count(r) AS results
ORDER BY source, state
