"""RecommendationService: answered from the snapshot, so it goes on when the graph is gone."""

from __future__ import annotations

from typing import Any

import grpc

from kg_service.server import _validate as validate
from kg_service.server._components import Components
from kgpress.v1 import recommendation_pb2 as pb
from kgpress.v1 import recommendation_pb2_grpc


class RecommendationServicer(recommendation_pb2_grpc.RecommendationServiceServicer):
    def __init__(self, components: Components) -> None:
        self._holder = components.recommender

    def Recommend(self, request: pb.RecommendRequest, context: grpc.ServicerContext) -> pb.RecommendResponse:
        validate.check_recommend(request)
        return self._stamped(self._holder.current.recommend(request))

    def Predict(self, request: pb.PredictRequest, context: grpc.ServicerContext) -> pb.PredictResponse:
        validate.check_predict(request)
        return self._stamped(self._holder.current.predict(request))

    def GetStrategyEmbedding(
        self, request: pb.GetStrategyEmbeddingRequest, context: grpc.ServicerContext
    ) -> pb.GetStrategyEmbeddingResponse:
        validate.check_strategy(request.strategy, "strategy")
        return self._stamped(self._holder.current.embedding(request.strategy))

    def ListStrategies(
        self, request: pb.ListStrategiesRequest, context: grpc.ServicerContext
    ) -> pb.ListStrategiesResponse:
        return self._holder.current.strategies(request)

    def _stamped(self, response: Any) -> Any:
        self._holder.stamp(response.snapshot)
        return response
