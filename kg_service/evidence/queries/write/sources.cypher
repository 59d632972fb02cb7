UNWIND $rows AS row
MERGE (s:Source {id: row.id})
ON CREATE SET s += row
