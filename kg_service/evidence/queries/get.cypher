UNWIND $ids AS id
MATCH (r:ReferenceResult {id: id})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
RETURN r.id AS id, r.added AS added, r.state AS state, r.reasons AS reasons, r.private AS private,
       r.conflict AS conflict, r.submitted_at AS submitted_at, r.payload AS payload,
       i.payload AS reading, i.version AS version
