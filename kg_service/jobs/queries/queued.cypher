// The oldest queued jobs, of which a worker gets the first that is still free.
MATCH (j:Job {state: 'queued'})
RETURN j.id AS id
ORDER BY j.submitted_ms, j.id
LIMIT $limit
