UNWIND $rows AS row
MATCH (m:Model {name: row.model})
MERGE (f:ModelFamily {name: row.family})
MERGE (m)-[:OF_FAMILY]->(f)
