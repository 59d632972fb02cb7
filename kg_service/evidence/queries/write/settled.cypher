UNWIND $rows AS row
MATCH (r:ReferenceResult {id: row.id})
SET r += row.properties
