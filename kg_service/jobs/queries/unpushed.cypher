// Queued jobs that nobody took since they were pushed: the queue may have lost them.
MATCH (j:Job {state: 'queued'}) WHERE j.pushed_ms < $before
RETURN j.id AS id
ORDER BY j.submitted_ms
LIMIT $limit
