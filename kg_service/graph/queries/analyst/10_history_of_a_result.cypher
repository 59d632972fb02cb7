// Results that were read more than once, or decided on by a curator.
MATCH (r:ReferenceResult)-[:INTERPRETED_AS]->(i:Interpretation)
WITH r, count(i) AS readings
OPTIONAL MATCH (r)-[:HAS_REVIEW]->(v:Review)
WITH r, readings, collect(v.curator + ': ' + v.decision) AS decisions
WHERE readings > 1 OR size(decisions) > 0
RETURN r.id AS id, r.state AS state, readings, decisions
ORDER BY id
LIMIT 100
