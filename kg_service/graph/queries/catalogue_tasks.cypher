UNWIND $rows AS row
MATCH (d:Domain {name: row.domain})
MERGE (t:Task {name: row.name})
MERGE (t)-[:IN_DOMAIN]->(d)
