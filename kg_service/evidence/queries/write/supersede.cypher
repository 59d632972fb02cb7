UNWIND $rows AS row
MATCH (r:ReferenceResult {id: row.id})
MATCH (s:ReferenceResult {id: row.by})
MERGE (r)-[:SUPERSEDED_BY]->(s)
