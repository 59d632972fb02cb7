// __LABEL__ is filled in from the table in _entities.py.
UNWIND $rows AS row
MERGE (e:__LABEL__ {name: row.name})
SET e.aliases = row.aliases, e.reviewed = row.reviewed
