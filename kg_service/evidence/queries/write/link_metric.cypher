UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MATCH (m:Metric {name: row.metric})
MERGE (i)-[:MEASURES]->(m)
