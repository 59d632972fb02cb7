// Writes before it reads: what is read stays true until the transaction ends.
MATCH (j:Job {id: $id}) SET j.touched_ms = $now RETURN properties(j) AS job
