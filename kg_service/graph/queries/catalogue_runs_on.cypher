UNWIND $rows AS row
MATCH (m:CompressionMethod {label: row.method})
MATCH (h:Hardware {name: row.hardware})
MERGE (m)-[r:RUNS_ON]->(h)
SET r.precision = row.precision, r.sparsity = row.sparsity
