// __LABEL__ is filled in from the table in _entities.py.
UNWIND $rows AS row
MATCH (e:__LABEL__ {name: row.entity})
MATCH (s:Source {id: row.source})
MERGE (f:Fact {id: row.id})
SET f += row.properties
MERGE (e)-[:HAS_FACT]->(f)
MERGE (f)-[:FROM_SOURCE]->(s)
