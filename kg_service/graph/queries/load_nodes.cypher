// __LABEL__ and __KEY__ are filled in from the schema.
UNWIND $rows AS row
MERGE (n:__LABEL__ {__KEY__: row.key})
ON CREATE SET n += row.properties
