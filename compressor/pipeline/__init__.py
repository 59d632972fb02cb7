"""Verify, profile and compress jobs, from what was given to what is written back.

The stages, in the order of the source design's method 600: verify, standardize, profile, recommend,
execute, export, reload, measure, write back. How a trial is chosen: :mod:`compressor.pipeline._choose`.
"""

from compressor.pipeline._run import run_job
from compressor.pipeline._services import Services

__all__ = ["Services", "run_job"]
