UNWIND $rows AS row
MERGE (h:Hardware {name: row.name})
SET h += row
