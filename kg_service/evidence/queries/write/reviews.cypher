UNWIND $rows AS row
MATCH (r:ReferenceResult {id: row.result})
MERGE (v:Review {id: row.properties.id})
SET v += row.properties
MERGE (r)-[:HAS_REVIEW]->(v)
