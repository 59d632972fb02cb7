MATCH (r:ReferenceResult {id: $id})-[:HAS_REVIEW]->(v:Review)
RETURN v.decision AS decision, v.curator AS curator, v.note AS note, v.decided_at AS decided_at
ORDER BY decided_at, v.id
