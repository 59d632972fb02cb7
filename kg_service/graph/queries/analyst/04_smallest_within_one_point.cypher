// The smallest accepted result of each model and data set that lost at most one point of quality.
MATCH (:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE i.quality_after >= i.quality_before - 0.01 AND i.size_bytes_after > 0
WITH i ORDER BY i.size_bytes_after
WITH i.model AS model, i.dataset AS dataset, collect(i)[0] AS best
RETURN model, dataset, best.strategy AS strategy, best.size_bytes_before AS bytes_before,
       best.size_bytes_after AS bytes_after, best.quality_before AS before, best.quality_after AS after
ORDER BY model, dataset
