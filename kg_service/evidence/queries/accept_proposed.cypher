// What somebody doubts waits for a curator; so does what a curator has decided on.
MATCH (r:ReferenceResult {state: 'proposed'})-[:FROM_SOURCE]->(s:Source)
WHERE (s.id = $id OR ($name IS NOT NULL AND s.name = $name AND s.kind = $kind))
  AND r.review IS NULL AND (r.reasons IS NULL OR size(r.reasons) = 0)
SET r.state = 'accepted', r.revision = $revision
RETURN count(r) AS accepted
