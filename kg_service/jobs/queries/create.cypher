// A new job. The constraint on Job.id lets one of two servers win.
CREATE (j:Job {id: $id}) SET j += $properties
