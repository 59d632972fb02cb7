UNWIND $rows AS row
MATCH (s:Strategy {id: row.strategy})
MATCH (m:CompressionMethod {label: row.method})
MERGE (p:Step {id: row.id})
SET p.position = row.position
MERGE (s)-[:HAS_STEP]->(p)
MERGE (p)-[:STEP_METHOD]->(m)
MERGE (s)-[:HAS_METHOD]->(m)
