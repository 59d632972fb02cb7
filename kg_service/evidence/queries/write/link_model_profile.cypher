UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MERGE (p:ModelProfile {id: row.model_profile.id})
ON CREATE SET p += row.model_profile
MERGE (i)-[:OF_MODEL_PROFILE]->(p)
