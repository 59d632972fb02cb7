UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MERGE (t:Runtime {name: row.runtime})
MERGE (i)-[:ON_RUNTIME]->(t)
