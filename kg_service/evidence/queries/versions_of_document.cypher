// Results of other versions of a document; of the same version, those that are no longer read.
MATCH (r:ReferenceResult)-[:FROM_SOURCE]->(s:Source)
WHERE r.path = $path AND s.name = $source AND r.state <> 'superseded'
  AND ((r.document <> $new AND ($old = '' OR r.document = $old))
       OR ($old = $new AND r.document = $new AND NOT r.id IN $kept))
RETURN r.id AS id, r.state AS state, r.reasons AS reasons, r.review AS review
ORDER BY id
