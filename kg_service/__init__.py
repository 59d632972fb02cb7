"""Owns the graph: evidence, embeddings, predictor, recommendation and the gRPC service."""
