MATCH (s:Source)
WHERE s.id IN $ids AND s.trusted_by IS NOT NULL
RETURN s.id AS id
