// A new reading takes over from the last one, unless a curator has said what the cell means.
UNWIND $rows AS row
MATCH (r:ReferenceResult {id: row.id})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
SET r += row.properties, i.current = NOT row.takes_over
