// Newest first, after the last one of the page before.
MATCH (j:Job)
WHERE j.state IN $states
  AND (j.submitted_ms < $before_ms OR (j.submitted_ms = $before_ms AND j.id < $before_id))
RETURN properties(j) AS job
ORDER BY j.submitted_ms DESC, j.id DESC
LIMIT $limit
