// What is known of models, whatever name a document gives them, and where that is from.
MATCH (m:Model)-[:HAS_FACT]->(f:Fact)-[:FROM_SOURCE]->(s:Source)
RETURN m.name AS model, m.aliases AS aliases, coalesce(m.reviewed, false) AS reviewed,
       f.name AS fact, f.number AS number, f.text AS text, s.name AS source
ORDER BY model, fact
LIMIT 200
