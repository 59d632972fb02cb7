UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MATCH (s:Strategy {id: row.strategy})
MERGE (i)-[:OF_STRATEGY]->(s)
