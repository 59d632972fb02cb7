"""Vectors of model, dataset and hardware, and the three scores (docs/scores.md)."""

from kg_service.features._scores import dataset_score, model_score, scores
from kg_service.features._vectors import SCORES, SUBJECT_FEATURES, score_vector, subject_vector

__all__ = [
    "SCORES",
    "SUBJECT_FEATURES",
    "dataset_score",
    "model_score",
    "score_vector",
    "scores",
    "subject_vector",
]
