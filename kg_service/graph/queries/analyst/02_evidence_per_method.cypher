// How much accepted evidence there is for each method.
MATCH (r:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
MATCH (i)-[:OF_STRATEGY]->(s:Strategy)-[:HAS_METHOD]->(m:CompressionMethod)
RETURN m.label AS label, m.name AS method, count(r) AS results,
       count(DISTINCT i.dataset) AS datasets, count(DISTINCT i.model) AS models
ORDER BY results DESC, label
