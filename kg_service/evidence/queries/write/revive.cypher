// What had taken the place of these no longer does.
UNWIND $rows AS row
MATCH (:ReferenceResult {id: row.id})-[x:SUPERSEDED_BY]->(:ReferenceResult)
DELETE x
