"""Which strategy? Ranks, explains and cites from a snapshot; opens no store and needs no torch."""

from kg_service.recommendation._recommender import Recommender
from kg_service.recommendation._select import corroborated, pareto_front, single_best

__all__ = ["Recommender", "corroborated", "pareto_front", "single_best"]
