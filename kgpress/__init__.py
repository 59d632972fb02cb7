"""kgpress: which compression strategy, and will it really work? Answered from evidence."""

__version__ = "0.1.0"
