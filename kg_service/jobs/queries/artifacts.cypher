// Files of jobs that still run or ended not long ago.
MATCH (j:Job)
WHERE j.state IN ['queued', 'running'] OR j.finished_ms >= $since
RETURN j.artifacts AS artifacts
