MATCH (r:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE r.revision > $revision
  AND (r.added > $added OR (r.added = $added AND r.id > $after))
RETURN r.id AS id, r.added AS added, r.state AS state, r.reasons AS reasons, r.private AS private,
       r.conflict AS conflict, r.submitted_at AS submitted_at, r.payload AS payload,
       i.payload AS reading, i.version AS version
ORDER BY r.added, r.id
LIMIT $limit
