// Running jobs whose worker has not been heard of.
MATCH (j:Job {state: 'running'}) WHERE j.lease_until_ms < $now RETURN j.id AS id
