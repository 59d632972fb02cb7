UNWIND $rows AS row
MATCH (r:ReferenceResult {id: row.result})
MERGE (i:Interpretation {id: row.id})
SET i += row.properties
MERGE (r)-[:INTERPRETED_AS]->(i)
