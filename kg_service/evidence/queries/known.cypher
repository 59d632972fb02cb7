UNWIND $ids AS id
MATCH (r:ReferenceResult {id: id})
MATCH (r)-[:INTERPRETED_AS]->(i:Interpretation)
RETURN r.id AS id, r.state AS state, r.reasons AS reasons, r.review AS review,
       collect({digest: i.digest, version: i.version, corrected: i.corrected, current: i.current}) AS readings
