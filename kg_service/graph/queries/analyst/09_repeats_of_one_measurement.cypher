// How far repeats of one strategy on one model and data set lie apart.
MATCH (:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE i.quality_after IS NOT NULL
WITH i.model AS model, i.dataset AS dataset, i.strategy AS strategy, collect(i.quality_after) AS measured
WHERE size(measured) > 1
UNWIND measured AS quality
RETURN model, dataset, strategy, size(measured) AS repeats, max(quality) - min(quality) AS spread
ORDER BY spread DESC
LIMIT 50
