"""Answers from a snapshot: numpy only, no store, no torch."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from kg_service.features import score_vector, subject_vector
from kg_service.predictor import Bounds, Predicted, Snapshot, make_table, read_config, realised
from kg_service.recommendation import _answer, _offgrid
from kg_service.recommendation._explain import explain
from kg_service.recommendation._feasibility import reasons, signature
from kg_service.recommendation._known import Known, type_text
from kg_service.recommendation._outcome import Outcome, gap_error, in_units, judge
from kg_service.recommendation._select import corroborated, pareto_front, single_best
from kg_service.recommendation._subject import Base, read_base, read_bounds
from kgpress import strategy as strategies_
from kgpress.catalogue import Catalogue, load
from kgpress.errors import InvalidInput, TooLarge
from kgpress.strategy import Strategy
from kgpress.v1 import recommendation_pb2, types_pb2

_TOP = 20
_WITH_EVIDENCE = 5
_PAGE, _PAGE_MOST = 100, 1_000
_SUBJECTS_MOST, _PREDICTIONS_MOST = 256, 65_536


class Recommender:
    """Ranks strategies, predicts outcomes and cites evidence. Safe to share between threads.

    Attributes:
        info: Which trained state answers; ``stale`` is left to who knows the graph's revision.
    """

    def __init__(self, snapshot: Snapshot, catalogue: Catalogue | None = None) -> None:
        self._snapshot = snapshot
        self._catalogue = catalogue or load()
        self._actions = snapshot.strategies[: snapshot.actions]
        self._signatures = [signature(s) for s in self._actions]
        self._protos = [s.to_proto() for s in self._actions]
        self._index = {s.id: i for i, s in enumerate(snapshot.strategies)}
        self._types = np.array(
            [type_text(" > ".join(s.methods), self._catalogue) for s in self._actions], dtype=str
        )
        self._config = read_config()
        self._lock = threading.Lock()
        rows = [self._index.get(id_, -1) for id_ in snapshot.table.text["strategy_id"].tolist()]
        self._known = Known(snapshot.table, np.array(rows, dtype=int), self._catalogue)
        self.info = _answer.snapshot_info(snapshot)

    @classmethod
    def load(cls, path: Path) -> Recommender:
        """Reads a snapshot.

        Raises:
            NotFound: there is none. InvalidInput: it is damaged.
        """
        return cls(Snapshot.load(path))

    def add_results(self, results: Iterable[types_pb2.ReferenceResult]) -> int:
        """Lays newer evidence over the snapshot.

        It is cited at once, counts for the single best strategy, and on the very same model and data
        what was measured replaces the prediction. Results that are known already are left out. The
        network and the pooled means learn from it with the next training.

        Returns:
            How many were news.
        """
        with self._lock:
            fresh = {r.id: r for r in results if r.id and r.id not in self._known.ids}
            table, strategies = make_table(fresh.values(), self._config)
            if len(table):
                rows = np.array([self._index.get(s.id, -1) for s in strategies], dtype=int)
                joined = np.concatenate([self._known.strategy, rows])
                self._known = Known(self._known.table + table, joined, self._catalogue)
            return len(table)

    def recommend(self, request: recommendation_pb2.RecommendRequest) -> recommendation_pb2.RecommendResponse:
        """Ranks the action space for a model, data and hardware.

        Raises:
            InvalidInput: a limit that is out of range or cannot be judged from the profile.
            UnknownName, StrategyError: in ``exclude_strategies``.
        """
        known, subject = self._known, request.subject
        base, bounds, notes = self._asked(subject, request.limits, request.objective, known)
        why = reasons(self._signatures, subject.dataset, subject.hardware, self._catalogue)
        excluded = self._excluded(request.exclude_strategies)
        feasible = np.array([not w for w in why], dtype=bool) & ~excluded
        rows = known.of_subject(subject.model.model_hash, subject.dataset.data_hash)
        outcome = self._judge(subject, bounds, known, rows)
        units = in_units(outcome, base)
        backed = self._backed(outcome, known)
        order = _order(outcome, feasible, backed, excluded, request.include_infeasible)
        order, replaced = self._guarded(order, outcome, feasible, bounds, known)
        front = self._front(outcome, feasible, bounds)
        supports, near = known.supports(bounds), known.closeness(subject.model, subject.dataset)
        ranking = _answer.ranking(
            order[: request.top or _TOP], self._protos, units, outcome, feasible, why, backed, front
        )
        for entry, index in zip(ranking[:_WITH_EVIDENCE], order.tolist(), strict=False):
            entry.evidence.extend(known.cite(index, self._actions[index].methods, near, supports))
        selected = ranking[0] if ranking and feasible[order[0]] else None
        return recommendation_pb2.RecommendResponse(
            selected=selected,
            embedding=self._vector(int(order[0])) if selected is not None else [],
            ranking=ranking,
            ranked=len(self._actions) - int(excluded.sum()),
            feasible=int(feasible.sum()),
            pareto_front=[self._actions[i].text for i in np.flatnonzero(front).tolist()],
            snapshot=self.info,
            guarded=bool(replaced),
            explanation=self._explained(selected, order, outcome, known, base, replaced, notes),
        )

    def predict(self, request: recommendation_pb2.PredictRequest) -> recommendation_pb2.PredictResponse:
        """Predicts given strategies, on or off the grid, for one or more subjects.

        Raises:
            TooLarge: more than 256 subjects or 65,536 predictions.
            UnknownName, StrategyError: a strategy that does not parse.
        """
        count = len(request.strategies) or len(self._actions)
        if len(request.subjects) > _SUBJECTS_MOST or count * len(request.subjects) > _PREDICTIONS_MOST:
            raise TooLarge(
                f"{len(request.subjects)} subjects times {count} strategies are too many at once",
                remedy=f"ask for at most {_SUBJECTS_MOST} subjects and {_PREDICTIONS_MOST:,} predictions",
                field="subjects",
            )
        wanted = [strategies_.parse(text, self._catalogue) for text in request.strategies] or self._actions
        return recommendation_pb2.PredictResponse(
            subjects=[self._predictions(subject, request, wanted) for subject in request.subjects],
            snapshot=self.info,
        )

    def embedding(self, text: str) -> recommendation_pb2.GetStrategyEmbeddingResponse:
        """The TransR vector of a strategy; off the grid it is composed.

        Raises:
            UnknownName, StrategyError: the text is not a strategy.
        """
        strategy = strategies_.parse(text, self._catalogue)
        index = self._index.get(strategy.id)
        values = self._vector(index) if index is not None else self._composed(strategy)[0].tolist()
        return recommendation_pb2.GetStrategyEmbeddingResponse(
            values=values, composed=index is None, snapshot=self.info
        )

    def strategies(
        self, request: recommendation_pb2.ListStrategiesRequest
    ) -> recommendation_pb2.ListStrategiesResponse:
        """A page of the action space, of those with all the given methods.

        Raises:
            UnknownName: a method that is not in the catalogue. InvalidInput: a token that was not given out.
        """
        wanted = {self._catalogue.method(label).label for label in request.methods}
        found = [p for s, p in zip(self._actions, self._protos, strict=True) if wanted <= set(s.methods)]
        token = request.page.token or "0"
        if not token.isascii() or not token.isdigit():
            raise InvalidInput(
                "the page token is not one of this list",
                remedy="use next_token as it was returned, or none",
                field="page.token",
            )
        start, size = int(token), min(request.page.size or _PAGE, _PAGE_MOST)
        following = str(start + size) if start + size < len(found) else ""
        return recommendation_pb2.ListStrategiesResponse(
            strategies=found[start : start + size],
            page=types_pb2.PageResponse(next_token=following, total=len(found)),
        )

    def _asked(
        self, subject: recommendation_pb2.Subject, limits: types_pb2.Limits, objective: int, known: Known
    ) -> tuple[Base, Bounds, list[str]]:
        measured_here = not subject.hardware.kind or subject.hardware.kind in known.hardware_kinds
        base = read_base(subject.model, measured_here)
        bounds, notes = read_bounds(limits, objective, base, subject.hardware, measured_here)
        return base, bounds, notes

    def _judge(
        self, subject: recommendation_pb2.Subject, bounds: Bounds, known: Known, rows: np.ndarray
    ) -> Outcome:
        predictor = self._snapshot.predictor
        full = predictor.predict(*_vectors(subject))
        n = len(self._actions)
        predicted = Predicted(full.value[:n], full.sigma[:n], full.members[:, :n], full.group[:n])
        return judge(predictor, predicted, bounds, known, rows)

    def _backed(self, outcome: Outcome, known: Known) -> np.ndarray:
        change = _answer.quality_fraction(outcome.value)
        return corroborated(change, -np.expm1(outcome.value[:, 1]), self._types, known.references)

    def _front(self, outcome: Outcome, feasible: np.ndarray, bounds: Bounds) -> np.ndarray:
        return pareto_front(outcome.value[:, 0], -outcome.value[:, bounds.objective], feasible)

    def _guarded(
        self, order: np.ndarray, outcome: Outcome, feasible: np.ndarray, bounds: Bounds, known: Known
    ) -> tuple[np.ndarray, str]:
        """Never below the single best strategy: puts it first unless the pick is surely better."""
        if not len(order) or not feasible[order[0]]:
            return order, ""
        mine = known.strategy >= 0
        mine &= known.strategy < len(self._actions)
        best = single_best(
            realised(known.table.targets[mine], bounds), known.strategy[mine], known.tasks[mine], feasible
        )
        pick = int(order[0])
        if best is None or best == pick or outcome.utility[best] <= 0:
            return order, ""
        predictor = self._snapshot.predictor
        error = gap_error(predictor, outcome, pick, best, bounds)
        cautious = outcome.utility - outcome.doubt
        if cautious[pick] - cautious[best] > float(predictor.guard) * error:
            return order, ""
        return np.concatenate([[best], order[order != best]]), self._actions[pick].text

    def _predictions(
        self,
        subject: recommendation_pb2.Subject,
        request: recommendation_pb2.PredictRequest,
        wanted: list[Strategy],
    ) -> recommendation_pb2.SubjectPredictions:
        known, predictor = self._known, self._snapshot.predictor
        base, bounds, _ = self._asked(subject, request.limits, request.objective, known)
        rows = known.of_subject(subject.model.model_hash, subject.dataset.data_hash)
        full = judge(predictor, predictor.predict(*_vectors(subject)), bounds, known, rows)
        units = in_units(full, base)
        places = [self._index.get(s.id, -1) for s in wanted]
        strange = [s for s, place in zip(wanted, places, strict=True) if place < 0]
        composed: list[recommendation_pb2.Prediction] = []
        if strange:
            made = [self._composed(s) for s in strange]
            extra = (np.array([m[0] for m in made]), np.array([m[1] for m in made]))
            judged = judge(predictor, predictor.predict(*_vectors(subject), extra=extra), bounds)
            their_units = in_units(judged, base)
            composed = [_answer.prediction(their_units, judged, i, s) for i, s in enumerate(strange)]
        fill = iter(composed)
        return recommendation_pb2.SubjectPredictions(
            predictions=[
                _answer.prediction(units, full, place, s) if place >= 0 else next(fill)
                for place, s in zip(places, wanted, strict=True)
            ]
        )

    def _composed(self, strategy: Strategy) -> tuple[np.ndarray, np.ndarray]:
        s = self._snapshot
        weights = _offgrid.neighbour_weights(strategy, s.strategies)
        known = s.predictor.vectors * s.predictor.vector_scale
        return _offgrid.vector(s.embedding, strategy, weights, known), weights

    def _vector(self, index: int) -> list[float]:
        predictor = self._snapshot.predictor
        return (predictor.vectors[index] * predictor.vector_scale).tolist()

    def _excluded(self, texts: Iterable[str]) -> np.ndarray:
        out = np.zeros(len(self._actions), dtype=bool)
        for text in texts:
            place = self._index.get(strategies_.parse(text, self._catalogue).id, -1)
            if 0 <= place < len(out):
                out[place] = True
        return out

    def _explained(
        self,
        selected: recommendation_pb2.RankedStrategy | None,
        order: np.ndarray,
        outcome: Outcome,
        known: Known,
        base: Base,
        replaced: str,
        notes: list[str],
    ) -> str:
        index = int(order[0]) if selected is not None else -1
        mine = known.strategy == index
        methods = self._actions[index].methods if selected is not None else ()
        sequence = known.table.methods == " > ".join(methods)
        return explain(
            selected,
            metric=base.metric,
            own_results=int(mine.sum()),
            own_datasets=len(np.unique(known.table.groups[mine])),
            related_results=int((sequence & ~mine).sum()),
            measured=bool(outcome.measured[index]) if selected is not None else False,
            replaced=replaced,
            base_size=base.size,
            utility_known=bool(self._snapshot.predictor.known.any()) or bool(outcome.measured.any()),
            notes=notes,
        )


def _vectors(subject: recommendation_pb2.Subject) -> tuple[np.ndarray, np.ndarray]:
    return (
        subject_vector(subject.model, subject.dataset, subject.hardware),
        score_vector(subject.model, subject.dataset),
    )


def _order(
    outcome: Outcome, feasible: np.ndarray, backed: np.ndarray, excluded: np.ndarray, infeasible_too: bool
) -> np.ndarray:
    """Feasible first; of these, corroborated ones with a positive utility; then by utility less doubt.

    What has no chance at all is ordered by how little it misses the limits.
    """
    useful = outcome.utility > 1e-9
    cautious = np.where(useful, outcome.utility - outcome.doubt, 0.0)
    keys = (outcome.excess, -cautious, ~(backed & useful), ~feasible)
    order = np.lexsort(keys)
    shown = ~excluded if infeasible_too else feasible
    return order[shown[order]]
