UNWIND $rows AS row
MATCH (p:Step {id: row.step})
MATCH (s:Strategy {id: row.strategy})
MATCH (v:Setting {id: row.setting})
MERGE (p)-[:STEP_SETTING]->(v)
MERGE (s)-[:HAS_SETTING]->(v)
