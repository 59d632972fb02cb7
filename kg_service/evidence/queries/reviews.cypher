// In the order in which they were made.
UNWIND $ids AS id
MATCH (r:ReferenceResult {id: id})-[:HAS_REVIEW]->(v:Review)
RETURN r.id AS result, v.id AS id, v.decision AS decision, v.curator AS curator, v.note AS note,
       v.decided_at AS decided_at, v.version AS version, coalesce(v.number, 0) AS number
ORDER BY number, decided_at, id
