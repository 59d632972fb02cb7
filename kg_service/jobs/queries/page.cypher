// Newest first, after the last one of the page before. Results are only read of what is returned.
MATCH (j:Job)
WHERE j.state IN $states
  AND (j.submitted_ms < $before_ms OR (j.submitted_ms = $before_ms AND j.id < $before_id))
WITH j
ORDER BY j.submitted_ms DESC, j.id DESC
LIMIT $limit
RETURN properties(j) AS job
ORDER BY j.submitted_ms DESC, j.id DESC
