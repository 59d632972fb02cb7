"""TransR: equation (1), parity with PyKEEN, determinism, warm start, and known mistakes inverted."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pykeen")

from kg_service.embedding import Embedding, Triples, read_config, train_embedding  # noqa: E402
from kg_service.embedding import _train as training  # noqa: E402
from tests.recommender_data import result, results, subject, triples  # noqa: E402

QUICK = dataclasses.replace(read_config(), dimension=16, relation_dimension=12, epochs=8, warm_epochs=3)


@pytest.fixture(scope="module")
def graph() -> Triples:
    return triples()


@pytest.fixture(scope="module")
def trained(graph: Triples) -> Embedding:
    return train_embedding(graph, QUICK, graph_hash="g")


def equation_1(e_h: np.ndarray, w: np.ndarray, e_r: np.ndarray, e_t: np.ndarray) -> float:
    """-||c(W_r e_h) + e_r - c(W_r e_t)||, written out, c(x) = x / max(1, ||x||)."""
    head, tail = w @ e_h, w @ e_t
    head, tail = head / max(1.0, np.sqrt(head @ head)), tail / max(1.0, np.sqrt(tail @ tail))
    gap = head + e_r - tail
    return -float(np.sqrt(gap @ gap))


def test_scores_are_equation_1(graph: Triples) -> None:
    factory = training.CoreTriplesFactory(
        training.mapped(graph, graph.entities, graph.relations),
        num_entities=len(graph.entities),
        num_relations=len(graph.relations),
    )
    model = training.make_model(training.GroupedTransR, factory, QUICK)
    training.fit(model, factory, QUICK, 1)
    batch = factory.mapped_triples[torch.randperm(len(graph.rows))[:200]]
    with torch.no_grad():
        ours = model.score_hrt(batch).numpy()[:, 0]
        parents = super(training.GroupedTransR, model).score_hrt(batch).numpy()[:, 0]
        e = model.entity_representations[0](None).numpy()
        r, w = (rep(None).numpy() for rep in model.relation_representations)
    by_hand = [equation_1(e[h], w[k].T, r[k], e[t]) for h, k, t in batch.tolist()]
    np.testing.assert_allclose(ours, by_hand, atol=1e-5)
    np.testing.assert_allclose(ours, parents, atol=1e-5)


def test_stored_vectors_score_by_equation_1(trained: Embedding, graph: Triples) -> None:
    for head, relation, tail in random.Random(1).sample(graph.rows, 50):
        k = trained.relation_index[relation]
        expected = equation_1(trained[head], trained.projections[k].T, trained.translations[k], trained[tail])
        assert trained.score([head], relation, [tail])[0] == pytest.approx(expected, abs=1e-5)


def test_projection_is_applied(trained: Embedding, graph: Triples) -> None:
    head, relation, tail = next(t for t in graph.rows if t[1] == "HAS_METHOD")
    k = trained.relation_index[relation]
    changed = trained.projections.copy()
    changed[k] = np.roll(changed[k], 1, axis=0)
    other = dataclasses.replace(trained, projections=changed)
    assert other.score([head], relation, [tail])[0] != pytest.approx(
        trained.score([head], relation, [tail])[0], abs=1e-3
    )


def test_gradients_are_pykeens(graph: Triples) -> None:
    factory = training.CoreTriplesFactory(
        training.mapped(graph, graph.entities, graph.relations),
        num_entities=len(graph.entities),
        num_relations=len(graph.relations),
    )
    gradients = []
    for cls in (training.TransR, training.GroupedTransR):
        model = training.make_model(cls, factory, QUICK)
        model.score_hrt(factory.mapped_triples[:500]).sum().backward()
        gradients.append([p.grad.clone() for p in model.parameters()])
    for plain, grouped in zip(*gradients, strict=True):
        torch.testing.assert_close(plain, grouped, atol=1e-4, rtol=1e-4)


def test_deterministic_given_the_seed(graph: Triples, trained: Embedding) -> None:
    again = train_embedding(graph, QUICK, graph_hash="g")
    assert again.version == trained.version
    other = train_embedding(graph, dataclasses.replace(QUICK, seed=1), graph_hash="g")
    assert other.version != trained.version
    assert trained.graph_hash == "g"


def test_warm_start_keeps_old_vectors_and_records_the_parent(graph: Triples, trained: Embedding) -> None:
    grown = Triples.of([*graph.rows, ("strategy:new", "HAS_METHOD", "method:C2")])
    untrained = train_embedding(grown, dataclasses.replace(QUICK, warm_epochs=0), parent=trained)
    np.testing.assert_allclose(untrained["method:C2"], trained["method:C2"], atol=1e-6)
    assert untrained.parent == trained.version
    warm = train_embedding(grown, QUICK, parent=trained)
    assert "strategy:new" in warm
    assert np.linalg.norm(warm["method:C2"] - trained["method:C2"]) < 1.0


@pytest.mark.filterwarnings("ignore:'pin_memory'")
def test_nations_reaches_pykeens_own_pipeline() -> None:
    from pykeen.datasets import Nations
    from pykeen.evaluation import RankBasedEvaluator
    from pykeen.pipeline import pipeline

    config = dataclasses.replace(
        read_config(), dimension=24, relation_dimension=24, epochs=6, batch_size=256, negatives=2
    )
    data = Nations()
    theirs = pipeline(
        dataset=data, model="TransR", device="cpu", random_seed=config.seed,
        model_kwargs={"embedding_dim": 24, "relation_dim": 24, "scoring_fct_norm": config.norm},
        loss="marginranking", loss_kwargs={"margin": config.margin},
        optimizer="adam", optimizer_kwargs={"lr": config.learning_rate},
        negative_sampler_kwargs={"num_negs_per_pos": config.negatives},
        training_kwargs={"num_epochs": config.epochs, "batch_size": config.batch_size, "use_tqdm": False},
        evaluation_kwargs={"use_tqdm": False, "batch_size": 64},
    )  # fmt: skip
    model = training.make_model(training.GroupedTransR, data.training, config)
    training.fit(model, data.training, config, config.epochs)
    ours = RankBasedEvaluator().evaluate(
        model, data.testing.mapped_triples, use_tqdm=False, batch_size=64,
        additional_filter_triples=[data.training.mapped_triples, data.validation.mapped_triples],
    )  # fmt: skip
    reached, reference = ours.get_metric("hits@10"), theirs.get_metric("hits@10")
    # Sampling differs between the runs: 201 test triples, both sides, give a standard error below 0.02.
    assert reached >= reference - 0.02, (reached, reference)


def test_held_out_strategy_methods_rank_far_above_chance(graph: Triples) -> None:
    """Of all methods that the strategy is not known to have, the true one is ranked.

    Chance: a uniform order puts it at (candidates + 1) / 2 on average, and first 1 / candidates of
    the time.
    """
    links = [t for t in graph.rows if t[1] == "HAS_METHOD"]
    held = set(random.Random(0).sample(links, len(links) // 10))
    pairs = {(h, t) for h, _, t in held}
    known = Triples.of(
        t for t in graph.rows if t not in held and not (t[1] == "HAS_FIRST_METHOD" and (t[0], t[2]) in pairs)
    )
    embedding = train_embedding(known, dataclasses.replace(read_config(), epochs=15))
    methods = [e for e in graph.entities if e.startswith("method:")]
    ranks, chances = [], []
    for head, relation, tail in sorted(held):
        candidates = [m for m in methods if m == tail or (head, relation, m) not in set(links)]
        scores = embedding.score([head] * len(candidates), relation, candidates)
        ranks.append(1 + int((scores > scores[candidates.index(tail)]).sum()))
        chances.append((len(candidates) + 1) / 2)
    assert np.mean(chances) > 15
    assert np.mean(ranks) < np.mean(chances) / 4
    assert np.mean(np.array(ranks) == 1) > 0.5


def test_every_method_has_its_own_hyperparameters_and_no_others(graph: Triples) -> None:
    from kgpress.catalogue import load

    found: dict[str, set[str]] = {}
    for head, relation, tail in graph.rows:
        if relation == "HAS_HYPERPARAMETER":
            found.setdefault(head, set()).add(tail)
    declared = {
        f"method:{m.label}": {f"hyperparameter:{hp.id}" for hp in m.hyperparameters}
        for m in load().methods
        if m.hyperparameters
    }
    assert found == declared
    for head, tails in found.items():
        assert all(t.startswith(f"hyperparameter:{head.removeprefix('method:')}.") for t in tails)


def test_evidence_reaches_actions() -> None:
    from kg_service.embedding import entity, evidence_triples
    from kgpress.strategy import action_space, parse

    facts = evidence_triples(results(datasets=2, repeats=1))
    actions = {entity(s) for s in action_space()}
    heads = {h for h, r, _ in facts if r in ("MEASURED_ON", "ACHIEVED", "MEASURED_ON_FAMILY")}
    assert heads
    assert heads <= actions, "an own-run strategy outside the action space"
    one = result(subject("s", 0.6), parse("C2(ratio=0.7,epochs=20)"), 0.6)
    bands = {t for h, r, t in evidence_triples([one]) if r == "ACHIEVED"}
    assert any("loss" in b for b in bands)
    assert any("size" in b for b in bands)


def test_results_change_the_vectors_of_their_strategies(graph: Triples, trained: Embedding) -> None:
    from kg_service.embedding import entity, evidence_triples
    from kgpress.strategy import parse

    evidence = evidence_triples(results(datasets=3, repeats=1))
    taught = train_embedding(Triples.of([*graph.rows, *evidence]), QUICK, parent=trained)
    name = entity(parse("C2(ratio=0.7,epochs=20)"))
    assert np.linalg.norm(taught[name] - trained[name]) > 1e-3


def test_composition_solves_equation_1() -> None:
    """Facts that hold exactly give the vector back, up to the pull to the neighbours' mean."""
    rng = np.random.default_rng(0)
    d, k, count = 6, 6, 40
    vectors = rng.normal(size=(count + 1, d)) * 0.1
    projections = rng.normal(size=(count, d, k)) * 0.3
    translations = np.stack(
        [vectors[i + 1] @ projections[i] - vectors[0] @ projections[i] for i in range(count)]
    )
    names, relations = [f"e{i}" for i in range(count + 1)], [f"r{i}" for i in range(count)]
    exact = Embedding(names, relations, vectors, translations, projections, 2, "test")
    facts = [(f"r{i}", f"e{i + 1}") for i in range(count)]
    pulled = exact.compose(facts, vectors[0])
    np.testing.assert_allclose(pulled, vectors[0], atol=1e-5)
    alone = exact.compose(facts)
    assert np.linalg.norm(alone - vectors[0]) < np.linalg.norm(vectors[0])
    assert alone @ vectors[0] > 0.8 * np.linalg.norm(alone) * np.linalg.norm(vectors[0])


def test_composed_vectors_lie_near_the_trained_ones(graph: Triples) -> None:
    """Leaving one strategy out at a time; chance: half of all strategies lie nearer than the true one."""
    from kg_service.embedding import entity, strategy_triples
    from kg_service.recommendation._offgrid import neighbour_weights
    from kgpress.strategy import action_space

    embedding = train_embedding(graph, dataclasses.replace(read_config(), epochs=30))
    strategies = list(action_space())
    vectors = np.stack([embedding[entity(s)] for s in strategies])
    nearer = []
    for i in range(0, 560, 11):
        others = [s for j, s in enumerate(strategies) if j != i]
        near = np.insert(neighbour_weights(strategies[i], others), i, 0.0) @ vectors
        facts = [(r, t) for h, r, t in strategy_triples(strategies[i]) if h == entity(strategies[i])]
        distance = np.linalg.norm(vectors - embedding.compose(facts, near), axis=1)
        nearer.append(float((distance < distance[i]).mean()))
    assert np.mean(nearer) < 0.3
