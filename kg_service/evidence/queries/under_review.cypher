UNWIND $ids AS id
MATCH (r:ReferenceResult {id: id})-[:INTERPRETED_AS]->(i:Interpretation)
RETURN r.id AS id, r.state AS state, r.reasons AS reasons, r.review AS review, r.payload AS payload,
       r.read_state AS read_state, r.read_reasons AS read_reasons,
       i.version AS version, i.current AS current, i.corrected AS corrected, i.curator AS curator,
       i.payload AS reading
ORDER BY version
