// Runtimes with their other names, accepted results, and the devices that they were measured on.
MATCH (t:Runtime)
OPTIONAL MATCH (:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})-[:ON_RUNTIME]->(t)
RETURN t.name AS runtime, t.aliases AS aliases, coalesce(t.reviewed, false) AS reviewed,
       count(i) AS results, collect(DISTINCT i.hardware) AS hardware
ORDER BY results DESC, runtime
