"""What is declared is whole and consistent."""

import dataclasses
from pathlib import Path

import pytest

from kgpress.catalogue import load, read_hardware
from kgpress.catalogue.docs import page
from kgpress.errors import InvalidInput, UnknownName

CATALOGUE = load()

#: Fig. 3 of the recommender's source document: label -> (type, technique, hyperparameters, hardware).
FIGURE_3 = {
    "C1": ("pruning", "APoZ", {"pruning ratio", "epochs", "training samples"}, {"cpu", "gpu"}),
    "C2": ("pruning", "L1 norm", {"pruning ratio", "epochs", "training samples"}, {"cpu", "gpu"}),
    "C3": ("pruning", "unstructured pruning", {"sparsity level", "epochs", "training samples"}, {"gpu"}),
    "C4": ("quantization", "uniform quantization", {"scale", "zero-point", "bit width"}, {"cpu", "gpu"}),
    "C5": (
        "quantization",
        "static quantization",
        {"scale", "zero-point", "bit width", "epochs"},
        {"cpu", "gpu"},
    ),
    "C6": ("knowledge distillation", "response-based distillation", {"epochs"}, {"cpu", "gpu"}),
    "C7": (
        "low-rank approximation",
        "singular value decomposition",
        {"compression rate"},
        {"cpu"},
    ),
}


@pytest.mark.parametrize("label", FIGURE_3)
def test_figure_3_is_declared(label: str) -> None:
    compression_type, technique, terms, kinds = FIGURE_3[label]
    method = CATALOGUE.method(label)
    assert method.compression_type == compression_type
    assert method.technique == technique
    assert terms <= {hp.term for hp in method.hyperparameters}
    assert kinds <= set(method.hardware_kinds)


def test_c3_needs_hardware_that_profits_from_zeros() -> None:
    assert CATALOGUE.method("C3").sparsity


def test_names_refer_to_declared_names() -> None:
    types = {t.name for t in CATALOGUE.compression_types}
    domains = {d.name for d in CATALOGUE.domains}
    assert {m.compression_type for m in CATALOGUE.methods} <= types
    assert {d for m in CATALOGUE.methods for d in m.domains} <= domains
    assert {t.domain for t in CATALOGUE.tasks} <= domains
    assert {label for pattern in CATALOGUE.patterns for label in pattern} <= {
        m.label for m in CATALOGUE.methods if m.executable
    }


def test_labels_and_hyperparameters_are_unique() -> None:
    labels = [m.label for m in CATALOGUE.methods]
    assert labels == [f"C{k}" for k in range(1, len(labels) + 1)]
    ids = [hp.id for m in CATALOGUE.methods for hp in m.hyperparameters]
    assert len(ids) == len(set(ids))
    assert all(hp.id.startswith(f"{m.label}.") for m in CATALOGUE.methods for hp in m.hyperparameters)


def test_defaults_and_grids_lie_in_range() -> None:
    for method in CATALOGUE.methods:
        for hp in method.hyperparameters:
            for value in (hp.default, *hp.grid):
                if hp.type == "choice":
                    assert value in hp.choices, hp.id
                else:
                    assert hp.minimum <= value <= hp.maximum, hp.id


def test_hardware_by_name_and_by_file(tmp_path) -> None:
    board = read_hardware("stm32f746g")
    assert (board.ram_bytes, board.flash_bytes) == (320_000, 1_000_000)
    file = tmp_path / "board.yaml"
    file.write_text(
        "name: mine\nkind: mcu\nchipset: Cortex-M4\nprecisions: [int8]\nsparsity: false\n"
        "runtime: tflite-micro\nram_bytes: 64000\n"
    )
    mine = read_hardware(str(file))
    assert dataclasses.asdict(mine) | {"source": ""} == {
        "name": "mine",
        "kind": "mcu",
        "chipset": "Cortex-M4",
        "precisions": ("int8",),
        "sparsity": False,
        "runtime": "tflite-micro",
        "source": "",
        "ram_bytes": 64000,
        "flash_bytes": None,
    }


def test_unknown_hardware_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="x86-cpu"):
        read_hardware("x86cpu")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 1", "no mapping"),
        ("name: a", "missing keys"),
        ("{", "cannot be read"),
        (
            "name: a\nkind: dsp\nchipset: c\nprecisions: [int8]\nsparsity: false\nruntime: r",
            "none of cpu",
        ),
        (
            "name: a\nkind: cpu\nchipset: c\nprecisions: int8\nsparsity: false\nruntime: r",
            "precisions",
        ),
        (
            "name: a\nkind: cpu\nchipset: c\nprecisions: [int8]\nsparsity: false\nruntime: r\nram_bytes: -1",
            "ram_bytes",
        ),
        ("!!python/object/apply:os.system ['true']", "cannot be read"),
    ],
)
def test_bad_hardware_files_are_refused(tmp_path, text: str, said: str) -> None:
    file = tmp_path / "board.yaml"
    file.write_text(text)
    with pytest.raises(InvalidInput, match=said):
        read_hardware(str(file))


def test_a_missing_hardware_file_is_said(tmp_path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        read_hardware(str(tmp_path / "none.yaml"))


def test_the_page_of_methods_is_current() -> None:
    printed = (Path(__file__).parents[2] / "docs" / "methods.md").read_text("utf-8")
    assert printed == page(CATALOGUE), "run make docs"
