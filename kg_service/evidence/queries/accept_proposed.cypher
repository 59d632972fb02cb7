MATCH (r:ReferenceResult {state: 'proposed'})-[:FROM_SOURCE]->(:Source {id: $source})
SET r.state = 'accepted', r.reasons = [], r.revision = $revision
RETURN count(r) AS accepted
