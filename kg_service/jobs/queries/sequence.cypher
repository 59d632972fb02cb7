// What a watcher asks often: has anything happened?
MATCH (j:Job {id: $id}) RETURN j.sequence AS sequence
