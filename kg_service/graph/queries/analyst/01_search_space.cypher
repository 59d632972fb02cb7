// The search space: every method with its type, technique, hyperparameters and hardware.
MATCH (m:CompressionMethod)-[:OF_TYPE]->(t:CompressionType)
MATCH (m)-[:HAS_TECHNIQUE]->(te:Technique)
OPTIONAL MATCH (m)-[:HAS_HYPERPARAMETER]->(h:Hyperparameter)
WITH m, t, te, collect(h.term) AS hyperparameters
OPTIONAL MATCH (m)-[:RUNS_ON]->(w:Hardware)
RETURN m.label AS label, t.name AS type, m.name AS method, te.name AS technique,
       hyperparameters, collect(w.name) AS hardware, m.executable AS executable
ORDER BY toInteger(substring(m.label, 1))
