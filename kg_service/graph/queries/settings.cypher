UNWIND $rows AS row
MATCH (h:Hyperparameter {id: row.hyperparameter})
MERGE (s:Setting {id: row.id})
SET s.value = row.value, s.number = row.number
MERGE (h)-[:HAS_VALUE]->(s)
