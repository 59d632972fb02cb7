UNWIND $rows AS row
MERGE (m:Metric {name: row.name})
SET m += row
