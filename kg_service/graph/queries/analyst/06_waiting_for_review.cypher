// What waits for a curator, with the reasons to doubt it.
MATCH (s:Source)<-[:FROM_SOURCE]-(r:ReferenceResult)-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE r.state IN ['proposed', 'quarantined']
RETURN r.id AS id, r.state AS state, r.reasons AS reasons, s.name AS source, i.model AS model,
       i.dataset AS dataset, i.strategy AS strategy
ORDER BY r.added, id
LIMIT 100
