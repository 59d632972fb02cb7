UNWIND $rows AS row
MATCH (d:Dataset {name: row.dataset})
MATCH (t:Task {name: row.task})
MERGE (d)-[:FOR_TASK]->(t)
