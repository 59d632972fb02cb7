UNWIND $rows AS row
MATCH (m:CompressionMethod {label: row.method})
MERGE (h:Hyperparameter {id: row.properties.id})
SET h += row.properties
MERGE (m)-[:HAS_HYPERPARAMETER]->(h)
