MERGE (s:Source {id: $source.id})
SET s += $source
SET s += $trust
