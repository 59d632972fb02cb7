"""Strategies executed: steps in order, the export between those on modules and those on files."""

from compressor.strategy._execute import Executed, execute

__all__ = ["Executed", "execute"]
