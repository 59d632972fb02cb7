"""What is declared is whole and consistent."""

import dataclasses
from pathlib import Path

import pytest

from kgpress import strategy
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


def test_names_are_given_once() -> None:
    for entries in (CATALOGUE.methods, CATALOGUE.metrics, CATALOGUE.tasks, CATALOGUE.hardware):
        names = [e.name.casefold() for e in entries]
        assert len(names) == len(set(names))
    techniques = [m.technique for m in CATALOGUE.methods]
    assert len(techniques) == len(set(techniques)), "a technique is what tells two methods apart"


def test_published_methods_leave_the_action_space_alone() -> None:
    published = [m for m in CATALOGUE.methods if m.published_only]
    assert len(published) > 150
    assert not any(m.executable for m in published)
    assert not any(hp.grid for m in published for hp in m.hyperparameters)
    assert all(m.source for m in published)
    assert len(list(strategy.action_space(CATALOGUE))) == 560


@pytest.mark.parametrize(
    ("metric", "direction", "fraction", "signed"),
    [
        ("mAP50", "higher", True, False),
        ("word error rate", "lower", True, False),
        ("perplexity", "lower", False, False),
        ("PSNR", "higher", False, True),
        ("Matthews correlation", "higher", True, True),
        ("FID", "lower", False, False),
    ],
)
def test_metrics_say_which_way_is_better(metric: str, direction: str, fraction: bool, signed: bool) -> None:
    entry = CATALOGUE.metric(metric)
    assert (entry.direction, entry.fraction, entry.signed) == (direction, fraction, signed)


@pytest.mark.parametrize(
    "compression_type",
    ["pruning", "quantization", "knowledge distillation", "low-rank approximation", "architecture search"],
)
def test_what_a_publication_leaves_open_has_one_method_per_type(compression_type: str) -> None:
    names = [m.name for m in CATALOGUE.methods if m.compression_type == compression_type]
    assert names.count(f"{compression_type}, kind not stated") == 1


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
