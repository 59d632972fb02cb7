"""What is reported is measured here, on the exported file, reloaded in its runtime.

Deliberately without torch, so that measuring what it measures is nobody else's business.
"""

from compressor.measure import quiet
from compressor.measure._count import Counts, count, count_macs, count_parameters
from compressor.measure._latency import Latency, measure_latency
from compressor.measure._measure import measure, measure_quality
from compressor.measure._quality import drop, metric_named, score
from compressor.measure._runtime import open_session, run_model

__all__ = [
    "Counts",
    "Latency",
    "count",
    "count_macs",
    "count_parameters",
    "drop",
    "measure",
    "measure_latency",
    "measure_quality",
    "metric_named",
    "open_session",
    "quiet",
    "run_model",
    "score",
]
