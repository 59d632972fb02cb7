// Follows the conditions of a search.
RETURN count(r) AS total
