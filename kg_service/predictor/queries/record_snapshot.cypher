MERGE (s:Snapshot {version: $version})
SET s.parent = $parent, s.graph_revision = $graph_revision, s.graph_hash = $graph_hash,
    s.trained_at = $trained_at, s.results = $results
