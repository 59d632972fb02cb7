"""Do stretched rows tell which compressed model lost something, where the given rows are too few?

    python -m benchmarks.stretched [--sets Chinatown ECGFiveDays MoteStrain] [--seeds 2] [--work FOLDER]

Per set and baseline a model is trained on the UCR training rows, compressed with every strategy of
``STRATEGIES`` and seed, and each exported file is judged in three ways that a user with few rows has: the
accuracy lost on the given rows (validation is split off from them), the probability of the right class
that is lost on them, and the share of stretched rows (compressor/stretched.py) that change class. Printed
per task: Kendall's tau-b of each with the accuracy lost on the UCR test rows, which nothing here chooses
by; then the means.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.stats import kendalltau

from compressor import baseline
from compressor.data import Dataset, fit_to_model, load_data
from compressor.measure import run_model
from compressor.model import fit_source, read_model, standardize
from compressor.pipeline._choose import probabilities
from compressor.strategy import execute
from compressor.stretched import stretched
from kgpress.strategy import parse

SETS = ("Chinatown", "ECGFiveDays", "MoteStrain")
STRATEGIES = (
    "C4",
    "C2(ratio=0.5,epochs=20)",
    "C2(ratio=0.7,epochs=20) > C4",
    "C2(ratio=0.85,epochs=20) > C4",
    "C2(ratio=0.95,epochs=20) > C4",
    "C7(rate=0.7,epochs=20) > C4",
    "C7(rate=0.9,epochs=20) > C4",
)
CRITERIA = ("accuracy lost", "probability lost", "stretched rows changed")


def losses(base: Path, path: Path, data: Dataset) -> tuple[float, ...]:
    """The three criteria and, last, the accuracy lost on test rows; each larger is worse."""
    assert data.x_train is not None
    assert data.x_val is not None
    x = np.concatenate([data.x_train, data.x_val])
    y = np.concatenate([np.asarray(data.y_train), np.asarray(data.y_val)]).astype(int)
    rows = np.arange(len(y))
    before, after = run_model(base, x), run_model(path, x)
    lost = np.clip(probabilities(before)[rows, y] - probabilities(after)[rows, y], 0, None).mean()
    beyond = stretched(x, before.argmax(1))
    changed = (run_model(base, beyond).argmax(1) != run_model(path, beyond).argmax(1)).mean()
    return (
        _right(before, y) - _right(after, y),
        float(lost),
        float(changed),
        _right(run_model(base, data.x_test), data.y_test) - _right(run_model(path, data.x_test), data.y_test),
    )


def _right(outputs: np.ndarray, labels: np.ndarray | None) -> float:
    return float((outputs.argmax(1) == labels).mean())


def task(name: str, architecture: str, seeds: int, work: Path) -> Iterator[tuple[float, ...]]:
    """The losses of every strategy and seed on one trained model."""
    folder = baseline.fetch(name, work / "ucr")
    model = work / f"{name}-{architecture}.onnx"
    if not model.exists():
        baseline.train_and_export(architecture, folder, model, seed=0)
    data = load_data(folder)
    source = read_model(model, sample=data.sample[:32], workdir=work)
    data = fit_source(source, data)
    standard = standardize(source, data.sample[:32], work)
    data = fit_to_model(data, standard.inputs, standard.outputs)
    for seed in range(seeds):
        for position, text in enumerate(STRATEGIES):
            out = work / f"{name}-{architecture}-{seed}-{position}"
            out.mkdir(exist_ok=True)
            done = execute(parse(text), standard, data, seed, out)
            yield losses(standard.onnx_path, done.onnx_path, data)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args(arguments)
    found = []
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for name in options.sets:
            for architecture in ("fcn", "resnet"):
                table = np.array(list(task(name, architecture, options.seeds, work)))
                tau = [kendalltau(table[:, i], table[:, -1]).statistic for i in range(len(CRITERIA))]
                # A criterion that is the same for all candidates ranks nothing: tau is 0, not absent.
                tau = [0.0 if np.isnan(t) else float(t) for t in tau]
                found.append(tau)
                shown = ", ".join(f"{c} {t:+.2f}" for c, t in zip(CRITERIA, tau, strict=True))
                print(f"{name} {architecture}: {len(table)} files, tau-b with test loss: {shown}", flush=True)
    means = np.mean(found, axis=0)
    print("mean: " + ", ".join(f"{c} {t:+.2f}" for c, t in zip(CRITERIA, means, strict=True)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
