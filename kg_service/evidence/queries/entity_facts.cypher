// __LABEL__ is filled in from the table in _entities.py.
UNWIND $names AS name
MATCH (e:__LABEL__ {name: name})-[:HAS_FACT]->(f:Fact)-[:FROM_SOURCE]->(s:Source)
RETURN e.name AS entity, f.id AS id, f.name AS fact, f.number AS number, f.text AS text,
       f.locator AS locator, properties(s) AS source
ORDER BY entity, fact, id
