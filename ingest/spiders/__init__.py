"""One spider per shape of a host."""
