// Data sets with their other names, domain and accepted results; those that are not reviewed are proposed.
MATCH (d:Dataset)
OPTIONAL MATCH (:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})-[:ON_DATASET]->(d)
WITH d, count(i) AS results
OPTIONAL MATCH (d)-[:IN_DOMAIN]->(o:Domain)
RETURN d.name AS dataset, d.aliases AS aliases, coalesce(d.reviewed, false) AS reviewed,
       collect(o.name) AS domains, results
ORDER BY results DESC, dataset
LIMIT 200
