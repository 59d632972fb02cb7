"""Methods that remove structure or weights."""
