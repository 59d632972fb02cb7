MATCH (r:ReferenceResult {id: $id})-[:INTERPRETED_AS]->(i:Interpretation {current: false})
RETURN i.payload AS payload
ORDER BY i.version
