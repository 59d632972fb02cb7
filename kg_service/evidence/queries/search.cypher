MATCH (s:Source)<-[:FROM_SOURCE]-(r:ReferenceResult)-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE (size($states) = 0 OR r.state IN $states)
  AND ($job = '' OR r.job = $job)
  AND ($source = '' OR s.name = $source)
  AND ($model = '' OR i.model = $model)
  AND ($dataset = '' OR i.dataset = $dataset)
  AND ($method = '' OR $method IN i.methods)
  AND ($strategy = '' OR i.strategy = $strategy)
  AND (r.added > $added OR (r.added = $added AND r.id > $after))
RETURN r.id AS id, r.added AS added, r.state AS state, r.reasons AS reasons, r.private AS private,
       r.submitted_at AS submitted_at, r.payload AS payload, i.payload AS reading, i.version AS version
ORDER BY r.added, r.id
LIMIT $limit
