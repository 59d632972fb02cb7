MATCH (a)-[r]->(b)
RETURN type(r) AS type, labels(a)[0] AS start_label, labels(b)[0] AS end_label,
       a{.id, .name, .label, .version} AS start, b{.id, .name, .label, .version} AS end,
       properties(r) AS properties
