"""Cells to readings: what a declared table says, before names are normalised."""

from ingest.meaning._numbers import UNITS, NumberFault, read_number
from ingest.meaning._read import read_rows
from ingest.meaning._reading import Reading, Sides, Value

__all__ = ["UNITS", "NumberFault", "Reading", "Sides", "Value", "read_number", "read_rows"]
