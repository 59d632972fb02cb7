// What a strategy does on average: change of quality and factor of size, over accepted results.
MATCH (:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})
WHERE i.quality_before IS NOT NULL AND i.quality_after IS NOT NULL AND i.size_bytes_after > 0
RETURN i.strategy AS strategy, count(i) AS results,
       avg(i.quality_after - i.quality_before) AS quality_change,
       avg(1.0 * i.size_bytes_before / i.size_bytes_after) AS size_factor
ORDER BY results DESC, size_factor DESC
LIMIT 50
