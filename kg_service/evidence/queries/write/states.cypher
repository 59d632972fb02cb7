// A new reading takes over from the last one.
UNWIND $rows AS row
MATCH (r:ReferenceResult {id: row.id})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
SET r.state = row.state, r.reasons = row.reasons, r.revision = row.revision, i.current = false
