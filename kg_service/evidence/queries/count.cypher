// Follows the conditions of a search. __KEYS__ are expressions of the table in _counts.py.
RETURN __KEYS__ i.model AS model, i.dataset AS dataset, i.methods AS methods,
       coalesce(r.cluster, r.id) AS cluster
