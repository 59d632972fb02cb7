UNWIND $ids AS id
MATCH (r:ReferenceResult {id: id})
RETURN r.id AS id, r.state AS state, r.reasons AS reasons, r.review AS review
