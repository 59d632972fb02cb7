"""Tables as projects write them, to results: which side a number is on, and which base belongs to it."""

from __future__ import annotations

from decimal import Decimal

from ingest.meaning import Reading
from ingest.meaning._outcomes import outcomes
from ingest.meaning._siblings import join
from ingest.meaning._steps import steps
from ingest.tables import read_document


def readings(text: str, path: str = "README.md") -> list[Reading]:
    return outcomes(read_document(text.encode(), path))[0]


def sides(reading: Reading) -> tuple[str | None, str | None]:
    q = reading.quality
    return (f"{q.before.number:.4f}" if q.before else None, f"{q.after.number:.4f}" if q.after else None)


def test_base_and_compressed_in_columns() -> None:
    found = readings(
        "# Models\n## Image classification on ImageNet\n\n"
        "| Model | FP32 Top-1 | INT8 Top-1 | Drop |\n|---|---|---|---|\n"
        "| ResNet-50 | 76.13% | 75.90% | 0.23% |\n| MobileNetV2 | 71.88% | 71.10% | 0.78% |\n"
    )
    assert [sides(r) for r in found] == [("0.7613", "0.7590"), ("0.7188", "0.7110")]
    assert found[0].names["model"] == "ResNet-50"
    assert found[0].names["dataset"] == "ImageNet"
    assert found[0].quality.change is not None
    assert found[0].quality.change.number == Decimal("-0.0023")
    assert steps(found[0]) == [
        {"family": "quantization", "numeric": "int", "weight_bits": 8, "activation_bits": 8}
    ]


def test_base_in_another_row_of_the_same_model() -> None:
    found = readings(
        "# Pruning of detectors on COCO\n\n| Model | Method | GFLOPs | Box AP |\n|---|---|---|---|\n"
        "| YOLOv3 | baseline | 44.71 | 39.1 |\n| YOLOv3 | pruned 50% | 29.98 (-32.94%) | 38.3 (-0.8) |\n"
        "| SSD | baseline | 20.0 | 29.3 |\n| SSD | pruned 50% | 9.0 | 27.0 |\n"
    )
    assert [sides(r) for r in found] == [("0.3910", "0.3830"), ("0.2930", "0.2700")]
    macs = found[0].sizes["macs"]
    assert macs.before is not None
    assert macs.before.number == Decimal("44710000000")
    assert macs.kept is not None
    assert macs.kept.number == Decimal("0.6706")
    assert found[0].quality.change is not None
    assert found[0].quality.change.number == Decimal("-0.008")


def test_two_metrics_in_one_cell_are_two_results() -> None:
    found = readings(
        "# T\n\n| 模型 | 压缩方法 | Top-1/Top-5 Acc |\n|---|---|---|\n"
        "| MobileNetV1 | - | 70.99%/89.68% |\n| MobileNetV1 | quant_post | 70.18%/89.25% (-0.81%/-0.43%) |\n"
    )
    assert [(r.metric, *sides(r)) for r in found] == [
        ("Top-1 accuracy", "0.7099", "0.7018"),
        ("Top-5 accuracy", "0.8968", "0.8925"),
    ]
    assert [r.part for r in found] == [0, 1]


def test_names_of_files_tell_precision_and_batch() -> None:
    found = readings(
        "# C3D\n\n| Platform | Model | calculate time(ms) |\n|---|---|---|\n"
        "| BM1684 | c3d_fp32_1b.bmodel | 62.37 |\n| BM1684 | c3d_int8_1b.bmodel | 28.25 |\n"
        "| BM1684X | c3d_fp32_1b.bmodel | 50.0 |\n| BM1684X | c3d_int8_1b.bmodel | 9.5 |\n"
    )
    latencies = [r.sizes["latency"] for r in found]
    assert [(str(s.before and s.before.number), str(s.after and s.after.number)) for s in latencies] == [
        ("62.37", "28.25"),
        ("50.0", "9.5"),
    ]
    assert {r.names["model"] for r in found} == {"c3d"}
    assert [r.names["hardware"] for r in found] == ["BM1684", "BM1684X"]


def test_half_precision_is_the_base_where_nothing_is_wider() -> None:
    found = readings(
        "# Llama\n\n| Method | MMLU | HellaSwag | Avg. |\n|---|---|---|---|\n"
        "| BF16 | 0.6500 | 0.7000 | 0.6750 |\n| INT4 AWQ | 0.6400 | 0.6900 | 0.6650 |\n"
    )
    assert [sides(r) for r in found] == [("0.6500", "0.6400"), ("0.7000", "0.6900"), ("0.6750", "0.6650")]
    assert [r.names["dataset"] for r in found] == ["MMLU", "HellaSwag", "Avg."]


def test_half_precision_is_compressed_beside_fp32() -> None:
    found = readings(
        "# T\n\n| Model | Precision | Accuracy |\n|---|---|---|\n"
        "| ResNet | FP32 | 76.1% |\n| ResNet | FP16 | 76.0% |\n| ResNet | INT8 | 75.1% |\n"
    )
    assert [sides(r) for r in found] == [("0.7610", "0.7600"), ("0.7610", "0.7510")]


def test_measures_in_rows_and_variants_in_columns() -> None:
    found = readings(
        "# ResNet-50 on ImageNet\n\n|  | Baseline | Channel pruning |\n|---|---|---|\n"
        "| #Params | 25.5 M | 12.7 M |\n| MACs | 4.1 G | 2.0 G |\n| Top-1 accuracy | 76.1 | 75.0 |\n"
    )
    assert [sides(r) for r in found] == [("0.7610", "0.7500")]
    parameters = found[0].sizes["parameters"]
    assert parameters.after is not None
    assert parameters.after.number == Decimal("12700000")


def test_lower_is_better() -> None:
    found = readings("# T\n\n| Model | FP32 WER | INT8 WER |\n|---|---|---|\n| Wav2Letter | 8.1% | 8.9% |\n")
    assert [(r.metric, r.lower, *sides(r)) for r in found] == [("WER", True, "0.0810", "0.0890")]


def test_a_fraction_among_percentages_is_a_fault() -> None:
    found = readings(
        "# T\n\n| Model | Accuracy |\n|---|---|\n| A-net resnet | 83.09 |\n| resnet18-int8 | 0.8235 |\n"
        "| resnet34-int8 | 82.10 |\n"
    )
    assert any("0.8235 stands among percentages" in f for r in found for f in r.faults)


def test_a_collapse_stays() -> None:
    found = readings(
        "# T\n\n| Model | Method | Top-1 (%) |\n|---|---|---|\n"
        "| resnet18 | baseline | 58.40 |\n| resnet18 | pruned 90% | 0.10 |\n"
    )
    assert [sides(r) for r in found] == [("0.5840", "0.0010")]
    assert not found[0].faults


def test_a_table_without_anything_compressed_gives_nothing() -> None:
    assert not readings("# T\n\n| Model | Top-1 |\n|---|---|\n| ResNet-50 | 76.1 |\n| VGG16 | 71.6 |\n")


def test_layers_are_points_of_their_own() -> None:
    found = readings(
        "# Sensitivity\n\n| Name | Sparsity | Top1 pruned | Baseline Top1 |\n|---|---|---|---|\n"
        "| module.layer1.0.conv1.weight | 0.5 | 70.1 | 76.1 |\n"
        "| module.layer1.1.conv1.weight | 0.5 | 69.1 | 76.1 |\n"
    )
    assert found
    assert all(r.per_layer for r in found)
    assert found[0].layer == "module.layer1.0.conv1.weight"


def test_a_teacher_is_no_base() -> None:
    found = readings(
        "# CIFAR-100\n\n| Student | Teacher | Student accuracy | With distillation |\n|---|---|---|---|\n"
        "| ResNet-8 | ResNet-56 | 68.0 | 70.5 |\n"
    )
    assert all(r.quality.before is None or r.quality.before.number == Decimal("0.6800") for r in found)


def test_unknown_words_are_a_doubt_and_never_certain() -> None:
    found = readings(
        "# T\n\n| Model | Method | Top-1 |\n|---|---|---|\n"
        "| resnet18 | baseline | 70.0 |\n| resnet18 | zaphod | 69.0 |\n"
    )
    assert [sides(r) for r in found] == [("0.7000", "0.6900")]
    assert found[0].doubts
    assert found[0].confidence < 0.8


def test_the_base_of_a_sibling_document() -> None:
    text = (
        "# DS-CNN {0}\n\n## Accuracy\nDataset: Google Speech Commands\n\n"
        "| Metric | Value |\n|---|---|\n| Accuracy | {1} |\n"
    )
    documents = []
    for kind, value in (("fp32", "93.89%"), ("int8", "93.11%")):
        path = f"models/ds_cnn/tflite_{kind}/README.md"
        document = read_document(text.format(kind.upper(), value).encode(), path)
        documents.append((path, *outcomes(document)))
    join(documents)
    (reading,) = documents[1][1]
    assert sides(reading) == ("0.9389", "0.9311")
    assert "tflite_fp32" in (reading.quality.before.place if reading.quality.before else "")


def test_every_value_names_its_cell() -> None:
    (reading,) = readings("# T\n\n| Model | FP32 mAP | INT8 mAP |\n|---|---|---|\n| SSD | 0.70 | 0.69 |\n")
    for value in (reading.quality.before, reading.quality.after):
        assert value is not None
        assert value.cell is not None
        assert value.raw in value.cell.text
        assert value.cell.line == 5


def test_a_drop_that_holds_accuracies_is_noticed() -> None:
    found = readings(
        "# INT8 models on ImageNet\n\n| Model | FP32 accuracy (%) | Accuracy drop (%) |\n|---|---|---|\n"
        "| resnet18 | 70.1 | 69.5 |\n| resnet34 | 73.2 | 72.9 |\n"
    )
    assert [sides(r) for r in found] == [("0.7010", "0.6950"), ("0.7320", "0.7290")]
    assert all("as large as accuracies" in r.doubts[0] for r in found)
