MATCH (j:Job) WHERE j.state IN $states RETURN count(j) AS total
