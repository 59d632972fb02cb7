UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MERGE (p:DatasetProfile {id: row.dataset_profile.id})
ON CREATE SET p += row.dataset_profile
MERGE (i)-[:OF_DATASET_PROFILE]->(p)
