UNWIND $rows AS row
MATCH (m:CompressionMethod {label: row.method})
MATCH (d:Domain {name: row.domain})
MERGE (m)-[:APPLIES_TO]->(d)
