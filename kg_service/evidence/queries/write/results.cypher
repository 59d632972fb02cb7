UNWIND $rows AS row
MATCH (s:Source {id: row.source})
MERGE (r:ReferenceResult {id: row.id})
ON CREATE SET r += row.properties
MERGE (r)-[:FROM_SOURCE]->(s)
