MATCH (r:ReferenceResult {id: $id})
SET r.state = $state, r.reasons = $reasons, r.revision = $revision, r.review = $review.id
MERGE (v:Review {id: $review.id})
SET v += $review
MERGE (r)-[:HAS_REVIEW]->(v)
