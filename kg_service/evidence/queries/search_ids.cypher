// Follows the conditions of a search.
RETURN r.id AS id
