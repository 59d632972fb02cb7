// Results that a newer version of their document had superseded, and that are in force again.
UNWIND $ids AS id
MATCH (r:ReferenceResult {id: id, replaced: true})
RETURN r.id AS id, r.read_state AS read_state, r.read_reasons AS read_reasons, r.review AS review
