MATCH (s:Source)<-[:FROM_SOURCE]-(r:ReferenceResult)-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE (size($states) = 0 OR r.state IN $states)
  AND ($job = '' OR r.job = $job)
  AND ($source = '' OR s.name = $source)
  AND ($model = '' OR i.model = $model)
  AND ($dataset = '' OR i.dataset = $dataset)
  AND ($method = '' OR $method IN i.methods)
  AND ($strategy = '' OR i.strategy = $strategy)
RETURN count(r) AS total
