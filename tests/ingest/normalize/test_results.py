"""Readings to results: what is accepted, what waits, what is quarantined, what counts once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ingest.meaning._reading import Named, Reading, Sides, Value
from ingest.normalize import Origin, results
from ingest.tables import Cell
from kgpress.outcome import compares
from kgpress.v1 import types_pb2 as pb

SOURCE = pb.Source(kind=pb.SOURCE_KIND_DOCUMENT, name="some/project", version="abc", licence="MIT")


def value(text: str, percent: bool = True) -> Value:
    number = Decimal(text.rstrip("%"))
    return Value(number / 100 if percent else number, text, "row 2, column 3 (x)", "", "cell")


def reading(
    before: str | None = "76.1",
    after: str | None = "75.9",
    row: int = 2,
    column: int = 3,
    method: str = "INT8",
    origin: tuple[int, int] = (0, 0),
    **more: Any,
) -> Reading:
    names = {"model": "ResNet-50", "dataset": "ImageNet"} | more.pop("names", {})
    percent = more.pop("percent", True)
    made = Reading(
        table="table 0",
        path="README.md",
        anchor=Cell(
            after or "",
            row,
            column,
            line=origin[0] or row,
            column_name="INT8",
            spanned=any(origin),
            origin=origin,
        ),
        metric=more.pop("metric", "Top-1 accuracy"),
        names=names,
        quality=Sides(value(after, percent) if after else None, value(before, percent) if before else None),
        methods=(Named(method, "heading", "INT8"),),
        fields={n: Named(v, "cell", "row 2") for n, v in names.items()},
    )
    for name, x in more.items():
        setattr(made, name, x)
    return made


def settle(*readings: Reading, path: str = "README.md", accept: bool = True) -> list[pb.ReferenceResult]:
    return list(results([(Origin(path, path * 2, SOURCE, accept=accept), list(readings))]))


def test_a_plain_result_is_accepted_whole() -> None:
    (r,) = settle(reading())
    i = r.interpretation
    assert r.state == pb.EVIDENCE_STATE_ACCEPTED
    assert not r.reasons
    assert (i.model, i.dataset, i.metric.name, i.model_family) == (
        "ResNet-50",
        "ImageNet",
        "accuracy",
        "ResNet",
    )
    assert (i.domain, i.task) == ("computer vision", "image classification")
    assert (i.before.quality, i.after.quality) == (pytest.approx(0.761), pytest.approx(0.759))
    assert i.strategy.text == "C131(weight_bits=8,activation_bits=?)"
    assert r.locator.cell.row == 2
    assert {d.field for d in i.derivations} >= {
        "model",
        "dataset",
        "strategy",
        "before.quality",
        "after.quality",
    }


def test_a_value_without_its_base_is_a_result() -> None:
    (r,) = settle(reading(before=None))
    assert (r.state, list(r.reasons)) == (pb.EVIDENCE_STATE_ACCEPTED, [])
    assert not compares(r.interpretation)


def test_without_a_measured_source_everything_waits() -> None:
    (r,) = settle(reading(), accept=False)
    assert r.state == pb.EVIDENCE_STATE_PROPOSED


def test_a_collapse_stays_accepted() -> None:
    (r,) = settle(reading(before="58.0", after="0.0"))
    assert r.state == pb.EVIDENCE_STATE_ACCEPTED
    assert r.interpretation.after.quality == 0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (reading(after="175.9"), "outside 0 to 1"),
        (reading(before="12.0", after="75.9"), "improves from 0.12 to 0.759"),
        (
            reading(quality=Sides(value("75.9"), value("76.1"), value("-2.5"))),
            "76.1 changed by -2.5 is not 75.9",
        ),
        (reading(sizes={"size": Sides(value("9e6", False), value("2e6", False))}), "size grows"),
        (reading(sizes={"latency": Sides(value("-3", False))}), "latency"),
        (reading(names={"model": "bad\u202ename"}), "control characters"),
        (reading(method="AGP", fields={"sparsity": Named("0.99999")}), "C13.sparsity"),
        (reading(faults=["the cell holds two numbers"]), "two numbers"),
    ],
)
def test_what_does_not_add_up_is_quarantined(made: Reading, said: str) -> None:
    (r,) = settle(made)
    assert r.state == pb.EVIDENCE_STATE_QUARANTINED
    assert any(said in reason for reason in r.reasons), list(r.reasons)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (reading(method="something else"), "names no method"),
        (reading(names={"dataset": ""}), "the data set is not named"),
        (reading(names={"model": ""}), "the model is not named"),
        (reading(metric="goodness"), "'goodness' is not known"),
        (reading(confidence=0.5), "certain to 0.50 only"),
        (reading(doubts=["read from a figure"]), "read from a figure"),
    ],
)
def test_what_is_not_certain_waits_for_a_curator(made: Reading, said: str) -> None:
    (r,) = settle(made)
    assert r.state == pb.EVIDENCE_STATE_PROPOSED
    assert any(said in reason for reason in r.reasons), list(r.reasons)


def test_units_that_mix_in_a_column_are_not_rescaled() -> None:
    odd = reading(before="83.3", after="0.8235", row=3, percent=False)
    odd.quality.before = value("83.3")
    good, bad = settle(reading(after="83.09", before="83.3"), odd)
    assert good.state == pb.EVIDENCE_STATE_ACCEPTED
    assert bad.state == pb.EVIDENCE_STATE_QUARANTINED
    assert "0.8235 stands in one column with 83.09" in bad.reasons
    assert bad.interpretation.after.quality == pytest.approx(0.8235)


def test_a_row_of_fractions_says_so_itself() -> None:
    odd = reading(row=3)
    odd.quality = Sides(value("0.8235", False), value("0.8301", False))
    assert settle(reading(after="83.09", before="83.3"), odd)[1].state == pb.EVIDENCE_STATE_ACCEPTED


@pytest.mark.parametrize(("before", "after"), [("58.0", "0.1"), ("75.68", "0.85"), ("40.1", "0.0")])
def test_a_real_collapse_beside_percentages_stays(before: str, after: str) -> None:
    _, fallen = settle(reading(after="30.47"), reading(before=before, after=after, row=3))
    assert fallen.state == pb.EVIDENCE_STATE_ACCEPTED


def test_one_accuracy_for_many_boards_is_one_accuracy() -> None:
    boards = [
        reading(
            row=row,
            origin=(2, 3) if row > 2 else (0, 0),
            names={"hardware": board},
            sizes={"latency": Sides(value(ms, False), value("9.0", False))},
        )
        for row, board, ms in ((2, "T4", "3.0"), (3, "V100", "2.0"), (4, "A100", "1.0"))
    ]
    first, *others = settle(*boards)
    assert first.interpretation.metric.name == "accuracy"
    assert first.interpretation.hardware == "NVIDIA T4"
    for r in others:
        assert not r.interpretation.metric.name
        assert not r.interpretation.after.HasField("quality")
        assert r.interpretation.after.latency_ms in (1.0, 2.0)
        assert r.state == pb.EVIDENCE_STATE_ACCEPTED


def test_equal_numbers_of_two_cells_stay_two() -> None:
    made = settle(reading(row=2), reading(row=3))
    assert [r.interpretation.metric.name for r in made] == ["accuracy", "accuracy"]


def test_copies_in_two_languages_share_a_cluster() -> None:
    english = Origin("README.md", "a" * 64, SOURCE, accept=True)
    chinese = Origin("README_cn.md", "b" * 64, SOURCE, accept=True)
    other = reading(after="75.8", row=9)
    a, b, c = results([(english, [reading()]), (chinese, [reading(names={"model": "resnet50"}), other])])
    assert a.interpretation.cluster == b.interpretation.cluster != c.interpretation.cluster


def test_a_base_far_from_that_of_the_others_is_doubted() -> None:
    documents = [
        (Origin(f"{n}.md", f"{n}" * 64, SOURCE, accept=True), [reading(before=base, after=base)])
        for n, base in enumerate(("76.1", "75.9", "76.3", "52.0"))
    ]
    *rest, odd = results(documents)
    assert {r.state for r in rest} == {pb.EVIDENCE_STATE_ACCEPTED}
    assert odd.state == pb.EVIDENCE_STATE_QUARANTINED
    assert "the median of 4 documents" in odd.reasons[0]


def test_an_average_that_is_none_of_its_row_waits() -> None:
    tasks = [
        reading(after=x, column=n, names={"dataset": d})
        for n, d, x in ((4, "PIQA", "80"), (5, "BoolQ", "70"), (6, "RTE", "60"))
    ]
    right = [*tasks, reading(after="70.0", names={"dataset": "Avg."})]
    wrong = [*tasks, reading(after="98.0", names={"dataset": "Avg."})]
    assert settle(*right)[-1].state == pb.EVIDENCE_STATE_ACCEPTED
    assert settle(*wrong)[-1].state == pb.EVIDENCE_STATE_PROPOSED


def test_points_of_layers_are_counted_apart() -> None:
    (r,) = settle(reading(per_layer=True))
    assert r.state == pb.EVIDENCE_STATE_LAYER_POINT
    assert r.interpretation.per_layer


def test_zeros_left_in_place_are_no_smaller_model() -> None:
    made = reading(
        method="AGP 80% sparsity",
        sizes={"parameters": Sides(value("5100000", False), value("25500000", False))},
    )
    i = settle(made)[0].interpretation
    assert i.after.nonzero_parameters == 5_100_000
    assert not i.after.HasField("parameters")
    assert i.before.parameters == 25_500_000


def test_latency_alone_needs_no_data_set() -> None:
    made = reading(
        metric="", before=None, after=None, sizes={"latency": Sides(value("2", False), value("5", False))}
    )
    made.names.pop("dataset")
    (r,) = settle(made)
    assert r.state == pb.EVIDENCE_STATE_ACCEPTED
    assert (r.interpretation.before.latency_ms, r.interpretation.after.latency_ms) == (5.0, 2.0)
