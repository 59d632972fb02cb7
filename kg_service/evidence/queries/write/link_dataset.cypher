UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MERGE (d:Dataset {name: row.dataset})
MERGE (i)-[:ON_DATASET]->(d)
