// Devices with their other names and accepted results measured there, and the latency saved on average.
MATCH (h:Hardware)
OPTIONAL MATCH (:ReferenceResult {state: 'accepted'})-[:INTERPRETED_AS]->(i:Interpretation {current: true})-[:ON_HARDWARE]->(h)
RETURN h.name AS hardware, h.aliases AS aliases, coalesce(h.reviewed, false) AS reviewed, count(i) AS results,
       avg(i.latency_ms_before / i.latency_ms_after) AS speed_up
ORDER BY results DESC, hardware
LIMIT 200
