// __LABEL__ is filled in from the table in _entities.py.
MATCH (e:__LABEL__)
WHERE ($text = '' OR toLower(e.name) CONTAINS $text
       OR any(other IN coalesce(e.aliases, []) WHERE toLower(other) CONTAINS $text))
  AND ($reviewed IS NULL OR coalesce(e.reviewed, false) = $reviewed)
RETURN e.name AS name, e.aliases AS aliases, e.reviewed AS reviewed
ORDER BY name
