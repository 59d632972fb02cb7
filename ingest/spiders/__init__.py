"""One spider per kind of place that documents lie in; the source's declaration chooses."""
