UNWIND $ids AS id
MATCH (r:ReferenceResult {id: id})
RETURN r.id AS id
