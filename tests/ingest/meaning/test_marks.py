"""What single cells, unmarked speeds and lone half precision say of the model they belong to."""

from __future__ import annotations

from ingest.meaning import Reading
from ingest.meaning._outcomes import outcomes
from ingest.tables import read_document


def readings(text: str, path: str = "README.md") -> list[Reading]:
    return outcomes(read_document(text.encode(), path))[0]


def told(found: list[Reading]) -> list[tuple[str, str, str, str]]:
    """Anchor, method, hardware and threads of each reading."""
    return [
        (
            r.anchor.text,
            r.names["method"],
            r.names.get("hardware", ""),
            r.fields["threads"].raw if "threads" in r.fields else "",
        )
        for r in found
    ]


BOARDS = (
    "# Zoo\n\n## Benchmark (FPS)\n\n| model | dtype | RK3562 | RK3588 @single_core |\n|---|---|---|---|\n"
    "| resnet50 | INT8 | 54.0 | 110.5 |\n| mobilenet_v2 | INT8 | 154.0 | 210.5 |\n"
    "| whisper_base | FP16 | 12.5 | 2.5 (INT8) |\n| yamnet | FP16 | 29.7 | RTF 0.8 |\n"
)


def test_a_heading_with_a_board_and_its_cores_holds_numbers() -> None:
    assert told(readings(BOARDS))[:2] == [
        ("54.0", "dtype INT8", "RK3562", ""),
        ("110.5", "dtype INT8", "RK3588", "1"),
    ]


def test_half_precision_that_nothing_is_compared_with_is_a_result() -> None:
    assert ("29.7", "dtype FP16", "RK3562", "") in told(readings(BOARDS))
    both = readings(
        "# Zoo\n\n| model | dtype | latency (ms) |\n|---|---|---|\n"
        "| resnet50 | FP16 | 54.0 |\n| resnet50 | INT8 | 24.0 |\n"
    )
    assert [r.anchor.text for r in both] == ["24.0"]


def test_a_cell_that_names_a_precision_is_of_that_precision() -> None:
    found = told(readings(BOARDS))
    assert ("2.5 (INT8)", "INT8", "RK3588", "1") in found
    assert ("12.5", "dtype FP16", "RK3562", "") in found


def test_an_unknown_word_beside_a_number_is_no_frame_rate() -> None:
    assert not any("RTF" in r.anchor.text for r in readings(BOARDS))


def test_a_dash_among_precisions_does_not_speak_of_full_precision() -> None:
    found = readings(
        "# Qwen3-8B\n\n| Method | Precision | MMLU | PIQA |\n|---|---|---|---|\n"
        "| BF16 | - | 0.729 | 0.767 |\n| RTN | q4ks | 0.725 | 0.763 |\n"
    )
    assert [r.quality.after.raw for r in found if r.quality.after] == ["0.725", "0.763"]
    assert [r.quality.before.raw for r in found if r.quality.before] == ["0.729", "0.767"]


BOTH = (
    "Model,Dataset,FP32 Accuracy,Quantized Accuracy,Percentage Pruned,Ops (G),"
    "VEK280 throughput (fps) Single Thread,VEK280 throughput (fps) Multi Thread\n"
    "resnet50,ImageNet,0.761/0.929,0.760/0.928,,8.2,17.5,45.0\n"
    "resnet50_half,ImageNet,0.742/0.917,0.738/0.915,60.00%,3.3,19.5,49.0\n"
)


def test_speeds_of_boards_are_of_the_deployed_model() -> None:
    found = readings(BOTH, "zoo.csv")
    assert [r.anchor.text for r in found][:3] == ["0.760/0.928", "0.760/0.928", "45.0"]
    assert found[0].sizes["throughput"].after is not None
    assert found[0].sizes["throughput"].after.raw == "17.5"
    assert found[2].names["method"] == "Quantized"
    assert "sparsity 60.00%" in found[5].names["method"]


def test_two_accuracies_in_a_cell_on_imagenet_are_top_1_and_top_5() -> None:
    found = readings(BOTH, "zoo.csv")
    assert [r.metric for r in found[:2]] == ["Top-1 accuracy", "Top-5 accuracy"]
    other = readings(BOTH.replace("ImageNet", "KITTI"), "zoo.csv")
    assert "Top-5 accuracy" not in [r.metric for r in other]
