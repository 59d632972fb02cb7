"""Methods that lower the precision of stored numbers."""
