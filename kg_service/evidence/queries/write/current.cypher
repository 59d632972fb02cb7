// Another reading counts from now on.
UNWIND $rows AS row
MATCH (:ReferenceResult {id: row.id})-[:INTERPRETED_AS]->(i:Interpretation)
SET i.current = (i.version = row.version)
