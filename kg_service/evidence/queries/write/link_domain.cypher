UNWIND $rows AS row
MATCH (d:Dataset {name: row.dataset})
MATCH (domain:Domain {name: row.domain})
MERGE (d)-[:IN_DOMAIN]->(domain)
