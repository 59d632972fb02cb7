"""TransR on our graph: triples per second of kgpress against plain PyKEEN, same settings, side by side.

    python -m benchmarks.transr [--epochs 10] [--rounds 5]

Plain PyKEEN is its TransR and its SLCWATrainingLoop as they come, with the same model size, loss,
negatives, optimiser, batch size and seed, on as many threads. Runs alternate; the ratio is of medians.
Losses of both are printed: they learn alike.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import torch
from pykeen.losses import MarginRankingLoss
from pykeen.models import TransR
from pykeen.training import SLCWATrainingLoop
from pykeen.triples import CoreTriplesFactory

from kg_service.embedding import TransRConfig, Triples, read_config, structure_triples
from kg_service.embedding._train import mapped, train_with_losses


def plain(triples: Triples, config: TransRConfig) -> list[float]:
    """PyKEEN as its documentation uses it."""
    entities, relations = triples.entities, triples.relations
    factory = CoreTriplesFactory(
        mapped(triples, entities, relations), num_entities=len(entities), num_relations=len(relations)
    )
    model = TransR(
        triples_factory=factory,
        embedding_dim=config.dimension,
        relation_dim=config.relation_dimension,
        scoring_fct_norm=config.norm,
        loss=MarginRankingLoss(margin=config.margin),
        random_seed=config.seed,
    )
    loop = SLCWATrainingLoop(
        model=model,
        triples_factory=factory,
        optimizer="adam",
        optimizer_kwargs={"lr": config.learning_rate},
        negative_sampler_kwargs={"num_negs_per_pos": config.negatives},
    )
    return loop.train(factory, num_epochs=config.epochs, batch_size=config.batch_size) or []


def graph_triples() -> Triples:
    """Of a new graph: catalogue and action space."""
    from kg_service import graph

    with (
        tempfile.TemporaryDirectory(prefix="kgpress-bench-") as folder,
        graph.open_embedded(Path(folder) / "graph") as store,
    ):
        graph.start(store)
        return Triples.of(structure_triples(store))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    triples = graph_triples()
    gc.collect()
    config = dataclasses.replace(read_config(), epochs=arguments.epochs)
    contenders = {"plain PyKEEN": plain, "kgpress": train_with_losses}
    speeds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(arguments.rounds):
        for name, train in contenders.items():
            start = time.perf_counter()
            losses = train(triples, config)
            speeds[name].append(len(triples.rows) * config.epochs / (time.perf_counter() - start))
            print(f"{name:14} {speeds[name][-1]:10,.0f} triples/s   last loss {losses[-1]:.4f}", flush=True)
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    ratio = medians["kgpress"] / medians["plain PyKEEN"]
    print(f"{len(triples.rows):,} triples, {arguments.rounds} rounds of {arguments.epochs} epochs, 1 thread")
    print(f"medians: {', '.join(f'{n} {v:,.0f} triples/s' for n, v in medians.items())}")
    print(f"ratio {ratio:.2f} (required: at least 1.3)")
    raise SystemExit(ratio < 1.3)


if __name__ == "__main__":
    main()
