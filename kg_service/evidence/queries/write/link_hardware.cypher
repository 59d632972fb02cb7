// What the catalogue says of a device stands; a user's own device is described by its result.
UNWIND $rows AS row
MATCH (i:Interpretation {id: row.id})
MERGE (h:Hardware {name: row.hardware.name})
ON CREATE SET h += row.hardware
MERGE (i)-[:ON_HARDWARE]->(h)
