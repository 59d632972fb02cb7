UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MERGE (m:Model {name: row.model})
MERGE (i)-[:ON_MODEL]->(m)
