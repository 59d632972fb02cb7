"""Cells that a declaration rewords or keeps as conditions; rows whose metric nobody knows."""

from __future__ import annotations

from ingest._rules import rules
from ingest.meaning._outcomes import outcomes
from ingest.meaning._reading import Reading
from ingest.normalize import Origin, candidates
from ingest.tables import read_document
from kgpress.v1 import types_pb2 as pb

PTQ = (
    "Model name,Weight bit width,Act bit width,Scaling per output channel,Gptq,"
    "Top 1 floating point accuracy,Top 1 quant accuracy\n"
    "resnet18,8,8,True,False,69.758,69.5\n"
    "resnet18,8,8,False,True,69.758,68.0\n"
)
RULES = {
    "rule": [
        {"set": {"dataset": "ImageNet", "method": "post-training static quantization"}},
        {"column": "Top 1 floating", "heading": "baseline Top-1 accuracy (%)"},
        {"column": "Top 1 quant", "heading": "quantized Top-1 accuracy (%)"},
        {
            "column": "Scaling per output channel$",
            "condition": "scale",
            "says": {"True": "per_channel", "False": "per_tensor"},
        },
        {"column": "Gptq$", "condition": "gptq"},
    ]
}


def read(text: str, declared: dict[str, object], path: str) -> list[Reading]:
    return outcomes(read_document(text.encode(), path), rules(declared))[0]


def test_conditions_are_kept_and_some_are_settings() -> None:
    made = [
        c.result.interpretation
        for c in candidates(read(PTQ, RULES, "r.csv"), Origin("r.csv", "0", pb.Source()))
    ]
    assert [dict(i.conditions) for i in made] == [
        {"scale": "per_channel", "gptq": "False"},
        {"scale": "per_tensor", "gptq": "True"},
    ]
    scales = [s.text for i in made for s in i.strategy.steps[0].settings if s.hyperparameter == "scale"]
    assert scales == ["per_channel", "per_tensor"]
    assert [(i.before.quality, i.after.quality) for i in made] == [(0.69758, 0.695), (0.69758, 0.68)]


def test_names_of_the_path_are_reworded() -> None:
    rule = {
        "set": {"model": "path:([a-z0-9_]+)/", "method": "INT8"},
        "side": "after",
        "says": {"vit_b": "ViT-B"},
    }
    found = read("# T\n\n| Board | Latency (ms) |\n|---|---|\n| A | 3.0 |\n", {"rule": [rule]}, "vit_b/x.md")
    assert {r.names["model"] for r in found} == {"ViT-B"}


ROWS = (
    "| Model | Dataset | Metric | FP32 | INT8 |\n|---|---|---|---|---|\n"
    "| ResNet-50 | ImageNet | {} | 71.2 | 70.1 |\n| ResNet-18 | ImageNet | {} | 69.2 | 68.1 |\n"
)


def test_an_unknown_metric_is_no_accuracy() -> None:
    assert read("# Zoo\n\n" + ROWS.format("Top-1 accuracy", "Top-1 accuracy"), {}, "a.md")
    assert not read("# Zoo\n\n" + ROWS.format("Colorfulness", "Colorfulness"), {}, "a.md")


def test_non_zeros_are_counted_one_by_one() -> None:
    head = "| Model | Sparsity (%) | NNZ (dense) | NNZ (sparse) |\n|---|---|---|---|\n"
    text = head + "| LeNet | 50 | 2304 | 1152 |\n"
    found = [
        r.sizes["parameters"] for r in read("# Pruned\n\n" + text, {}, "a.md") if "parameters" in r.sizes
    ]
    assert [int(s.after.number) for s in found if s.after] == [1152]
