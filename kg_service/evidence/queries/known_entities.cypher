// __LABEL__ is filled in from the table in _entities.py.
UNWIND $names AS name
MATCH (e:__LABEL__ {name: name})
RETURN e.name AS name, e.aliases AS aliases, e.reviewed AS reviewed
