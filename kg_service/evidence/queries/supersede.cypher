MATCH (r:ReferenceResult {id: $id})
MATCH (s:ReferenceResult {id: $by})
MERGE (r)-[:SUPERSEDED_BY]->(s)
