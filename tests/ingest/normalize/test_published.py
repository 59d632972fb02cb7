"""What documents say was done, in their words, as strategies of the catalogue."""

from __future__ import annotations

import pytest

from ingest.normalize import strategy_of, tag
from kgpress.catalogue import load


@pytest.mark.parametrize(
    ("text", "methods", "settings"),
    [
        ("INT8", ["quantization, kind not stated"], {"weight_bits": 8, "activation_bits": "?"}),
        ("W8A16", ["quantization, kind not stated"], {"weight_bits": 8, "activation_bits": 16}),
        ("W4A16", ["weight-only quantization, kind not stated"], {"weight_bits": 4}),
        (
            "w8a16_mixed_fp16",
            ["mixed floating-point and integer quantization"],
            {"weight_bits": 8, "activation_bits": 16},
        ),
        (
            "INT16 (w16a16)",
            ["quantization, kind not stated"],
            {"weight_bits": 16, "activation_bits": 16},
        ),
        ("PTQ", ["post-training quantization, kind not stated"], {}),
        ("quant_post_static", ["post-training static quantization"], {"bits": "?"}),
        ("W8A8 PTQ static", ["post-training static quantization"], {"bits": 8}),
        (
            "QAT W4A8",
            ["quantization-aware training of given widths"],
            {"weight_bits": 4, "activation_bits": 8},
        ),
        ("quant_aware int8", ["quantization-aware training"], {"bits": 8}),
        ("离线量化", ["post-training quantization, kind not stated"], {}),
        ("量化+蒸馏", ["knowledge distillation, kind not stated", "quantization, kind not stated"], {}),
        ("剪裁FPGM -30%", ["filter pruning by geometric median (FPGM)"], {"ratio": 0.3}),
        ("AGP 80% sparsity", ["gradual magnitude pruning"], {"sparsity": 0.8}),
        ("2:4 sparsity", ["N:M semi-structured pruning"], {"kept": 2, "group_of": 4}),
        ("SparseGPT 2:4", ["SparseGPT"], {"kept": 2, "group_of": 4}),
        ("4x1 block sparsity", ["block weight pruning"], {"block_rows": 4, "block_columns": 1}),
        ("AutoRound W4G128", ["AutoRound"], {"weight_bits": 4, "group": 128}),
        ("int4_awq", ["AWQ"], {"weight_bits": 4}),
        ("NVFP4", ["block-scaled floating-point quantization"], {"block_format": "nvfp4"}),
        ("q4_k_m", ["k-quants"], {"gguf_type": "q4_k_m"}),
        ("FP16", ["half-precision conversion"], {}),
        ("bf16", ["bfloat16 conversion"], {}),
        ("fp8", ["8-bit floating-point quantization"], {"float8": "?"}),
        ("Pruned, QAT", ["pruning, kind not stated", "quantization-aware training"], {}),
        (
            "Filter pruning + int8",
            ["filter pruning, criterion not stated", "quantization, kind not stated"],
            {},
        ),
        ("tflite_clustered_int8", ["quantization, kind not stated", "weight clustering"], {}),
        ("KD", ["knowledge distillation, kind not stated"], {}),
    ],
)
def test_methods_and_settings(text: str, methods: list[str], settings: dict[str, object]) -> None:
    strategy = strategy_of([text])
    assert strategy is not None
    assert [load().method(m).name for m in strategy.methods] == methods
    got = {name: value for step in strategy.steps for name, value in step.settings}
    assert settings.items() <= got.items()


@pytest.mark.parametrize("text", ["FP32", "baseline", "ResNet-50", "original model", "", "Top-1 accuracy"])
def test_what_is_no_compression_gives_no_strategy(text: str) -> None:
    assert strategy_of([text]) is None


def test_settings_from_elsewhere_and_nothing_else() -> None:
    strategy = strategy_of(["weight pruning"], {"sparsity": 0.9})
    assert strategy is not None
    assert strategy.text == "C42(sparsity=0.9)"


def test_short_words_count_only_in_labels() -> None:
    assert not [m for m in tag("a static library for sparse rows", whole=False) if m.kind == "method"]
    assert [m.canonical for m in tag("static") if m.kind == "method"] == ["post-training static quantization"]


def test_places_of_mentions_are_those_of_the_text() -> None:
    text = "ResNet 量化训练 (W8A8), 剪裁 50%"
    for mention in tag(text):
        assert text[mention.start : mention.end] == mention.raw
