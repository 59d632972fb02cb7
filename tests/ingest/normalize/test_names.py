"""One thing has one name, and two things never share one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ingest.normalize import key, resolve
from kgpress.catalogue import load

NAMES = Path(__file__).parents[3] / "ingest" / "normalize" / "names"

ONE = {
    "model": [
        ("ResNet-50", "resnet50"),
        ("ResNet-50", "ResNet 50 INT8"),
        ("resnet_v1_50", "ResNet50_v1"),
        ("resnet50_pt", "resnet50_tf2"),
        ("VGG16 (ONNX Model Zoo)", "vgg_16"),
        ("MobileNetV2_x0_5", "mobilenet v2 x0.5"),
        ("ViT-B/16", "vit_base_patch16_224"),
        ("WRN-40-2", "wrn_40_2"),
        ("bert-base-uncased", "BERT base uncased"),
        ("yolov5s_fp32_1b.bmodel", "YOLOv5s"),
        ("resnet18 int8 quantized", "ResNet18"),
        ("cf_resnet50_imagenet_224_224_7.7G_2.0", "ResNet-50"),
        ("inceptionv3_imagenet_299_299_9.1G_2.5⭐", "Inception v3"),
        ("pt_person_reid_176_80_5.4G_2.0", "person-reid"),
        ("FooNet-7", "foonet_7"),
    ],
    "dataset": [("ImageNet2012", "ILSVRC2012"), ("COCO val2017", "MS COCO"), ("sst2", "SST-2")],
    "metric": [
        ("Top-1", "Accuracy (%)"),
        ("AP@IoU=0.5:0.95", "mAP"),
        ("FP32 acc", "accuracy"),
        ("mAP50", "AP@0.5"),
    ],
    "hardware": [("SD855", "高通855"), ("Tesla T4", "T4")],
    "runtime": [("onnxruntime 1.10.0", "ONNX Runtime"), ("TRT", "TensorRT")],
}
APART = {
    "model": [
        ("ResNet-50", "ResNet50_v1"),
        ("ResNet-50", "ResNet-50-v1.5"),
        ("ResNet-50", "ResNet50_vd"),
        ("ResNet-50", "SE-ResNet-50"),
        ("ResNet-50", "Wide ResNet-50"),
        ("ResNet-101", "ResNet-10"),
        ("MobileNetV2", "MobileNetV2_x0_5"),
        ("MobileNetV2", "mobilenet_v2_1.4_224"),
        ("MobileNetV1", "MobileNetV2"),
        ("Qwen3-8B", "Qwen3-8B-Instruct"),
        ("Qwen3-8B", "Qwen3-0.8B"),
        ("Qwen3-8B", "Qwen3-14B"),
        ("Qwen2.5-7B", "Qwen2-57B"),
        ("yolov5s", "yolov5m"),
        ("yolov8n", "yolov8n-seg"),
        ("PP-YOLOE-s", "PP-YOLOE+-s"),
        ("ViT-B/16", "ViT-B/32"),
        ("bert-base-uncased", "bert-base-cased"),
        ("BERT base", "DistilBERT base"),
        ("SqueezeNet 1.0", "SqueezeNet 1.1"),
        ("GoogLeNet", "Inception v1"),
        ("EfficientNet-B0", "EfficientNet-Lite0"),
    ],
    "dataset": [
        ("CIFAR-10", "CIFAR-100"),
        ("ImageNet", "ImageNet-21k"),
        ("ImageNet", "Tiny ImageNet"),
        ("MNLI", "MNLI-mm"),
        ("SQuAD", "SQuAD 2.0"),
        ("MMLU", "MMLU-Pro"),
        ("ARC-Easy", "ARC-Challenge"),
        ("WikiText-2", "WikiText"),
        ("GSM8K", "GSM8K flex"),
        ("MNIST", "Fashion-MNIST"),
    ],
    "metric": [
        ("mAP", "mAP50"),
        ("Top-1", "Top-5"),
        ("accuracy", "Top-1 error"),
        ("MAE", "MSE"),
        ("mIoU", "IoU"),
        ("perplexity", "word perplexity"),
        ("box AP", "mask AP"),
        ("WER", "CER"),
    ],
    "hardware": [("BM1684", "BM1684X"), ("Galaxy S24", "Galaxy S24+"), ("V100", "P100")],
    "runtime": [("TensorRT", "TensorRT-LLM"), ("Paddle Lite", "Paddle Inference")],
}


def pairs(table: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str, str]]:
    return [(kind, a, b) for kind, entries in table.items() for a, b in entries]


@pytest.mark.parametrize(("kind", "a", "b"), pairs(ONE))
def test_these_are_one(kind: str, a: str, b: str) -> None:
    assert resolve(kind, a).key == resolve(kind, b).key


@pytest.mark.parametrize(("kind", "a", "b"), pairs(APART))
def test_these_stay_apart(kind: str, a: str, b: str) -> None:
    assert resolve(kind, a).key != resolve(kind, b).key


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("model", "FrobNet-12"),
        ("dataset", "our own images"),
        ("metric", "goodness"),
        ("hardware", "my board"),
    ],
)
def test_what_nobody_knows_is_proposed_as_written(kind: str, raw: str) -> None:
    entity = resolve(kind, raw)
    assert (entity.known, entity.name, entity.facts) == (False, raw, {})
    assert entity.confidence < 0.8


def test_marks_are_taken_off_and_kept() -> None:
    entity = resolve("model", "yolov5s_v6.1_3output_int8_4b.bmodel")
    assert entity.name == "YOLOv5s v6.1"
    assert {m.raw for m in entity.mentions} >= {"bmodel", "int8_4b", "3output"}
    parts = {
        m.canonical: m.raw for m in resolve("model", "cf_resnet50_imagenet_224_224_0.3_5.4G_2.0").mentions
    }
    assert parts["dataset"] == "imagenet"
    assert (parts["pruned"], parts["operations"]) == ("0.3", "5.4G")


def test_digits_keep_their_seams() -> None:
    assert key("Qwen3-8B") == "qwen3.8b"
    assert key("x0_5") == key("x0.5") != key("x05")
    assert key("S24+") != key("S24")
    assert key("KD+DOT") == key("kd dot")


def test_reviewed_tables_refer_to_the_catalogue() -> None:
    catalogue = load()
    metrics = {m.name for m in catalogue.metrics}
    domains, tasks = {d.name for d in catalogue.domains}, {t.name for t in catalogue.tasks}
    areas = {a.name for a in catalogue.application_areas}
    for file in sorted(NAMES.glob("*.toml")):
        data = tomllib.loads(file.read_text("utf-8"))
        for entry in [*data.get("entity", ()), *data.get("family", ())]:
            assert entry.get("metric", "accuracy") in metrics, entry
            assert entry.get("domain", "computer vision") in domains, entry
            assert entry.get("task", "segmentation") in tasks, entry
            assert entry.get("area", "medical") in areas, entry
    assert {
        e["name"] for e in tomllib.loads((NAMES / "metrics.toml").read_text("utf-8"))["entity"]
    } <= metrics
    for file in NAMES.glob("methods*.toml"):
        named = {e["name"] for e in tomllib.loads(file.read_text("utf-8"))["entity"]}
        assert named <= {m.name for m in catalogue.methods}


def test_no_alias_stands_for_two() -> None:
    """Tables are read whole when the first name is looked up; a clash is an error there."""
    for kind in ("dataset", "metric", "hardware", "runtime"):
        resolve(kind, "nothing of the kind")


def test_a_curators_alias_in_another_file_keeps_the_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.normalize import _resolve

    plain = _resolve.names
    added = {
        "datasets": ({"name": "Set5", "aliases": ["five pictures"]},),
        "models": ({"name": "Frob-1", "aliases": ["frob one"]},),
    }
    monkeypatch.setattr(_resolve, "names", lambda table: (*plain(table), *added.get(table, ())))
    for cached in (_resolve._table, _resolve.resolve):
        cached.cache_clear()
    try:
        assert resolve("dataset", "five pictures").name == "Set5"
        assert resolve("dataset", "set5").facts["metric"] == "PSNR"
        assert (resolve("model", "frob one").name, resolve("model", "frob one").known) == ("Frob-1", True)
    finally:
        for cached in (_resolve._table, _resolve.resolve):
            cached.cache_clear()
