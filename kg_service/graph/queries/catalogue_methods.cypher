UNWIND $rows AS row
MATCH (type:CompressionType {name: row.type})
MATCH (technique:Technique {name: row.technique})
MERGE (m:CompressionMethod {label: row.properties.label})
SET m += row.properties
MERGE (m)-[:OF_TYPE]->(type)
MERGE (m)-[:HAS_TECHNIQUE]->(technique)
