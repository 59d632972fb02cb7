"""Corrections become a patch that git applies and that the data's own readers take."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from ingest._rules import rules
from ingest.review import _edit, _filter, _toml, write_diff
from ingest.review._session import Session
from kgpress.v1 import evidence_pb2 as ev
from kgpress.v1 import types_pb2 as pb
from tests.ingest.review.conftest import Service, read

MODELS = """# Models: reviewed.

[[entity]]
name = "ResNet-50"
aliases = [
    "resnet50",  # torchvision
]
year = 2015
[[entity]]
name = "VGG-16"
words = ["vgg16"]
[[entity]]
name = "SqueezeNet"
aliases = ["squeeze net"]
"""
SOURCE = '[source]\nname = "bench"\nowner = "acme"\nrepository = "bench"\n[crawl]\nkind = "repository"'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in {"normalize/names/models.toml": MODELS, "sources/bench.toml": SOURCE}.items():
        file = root / "ingest" / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def correct(result: pb.ReferenceResult, service: Service, **edits: str) -> None:
    session = Session(service, "ann", _filter.parse(""))
    while session.current is not None and session.current.id != result.id:
        session.move(1)
    session.correct(_edit.corrected(result, edits))


def patched(project: Path, service: Service) -> tuple[int, list[str], str]:
    """Writes and applies the patch; its text too."""
    out = project.parent / "corrections.patch"
    count, left = write_diff(service, ev.SearchEvidenceRequest(), out, project)
    if count:
        subprocess.run(["git", "apply", "--check", str(out)], cwd=project, check=True)
        subprocess.run(["git", "apply", str(out)], cwd=project, check=True)
    return count, left, out.read_text() if out.exists() else ""


def names(project: Path, file: str) -> dict[str, list[str]]:
    data = tomllib.loads((project / "ingest/normalize/names" / file).read_text())
    return {e["name"]: e.get("aliases", []) for e in data["entity"]}


def named(number: int, raw: str) -> pb.ReferenceResult:
    result = read(number, model=raw)
    result.interpretation.derivations[0].raw = f"{raw} @ Model" if number % 2 else raw
    return result


def test_a_corrected_name_becomes_an_alias(project: Path) -> None:
    results = [named(0, 'R-50 "fast"'), named(1, "VGG (D)"), named(2, "Squeeze"), named(3, "NewNet α")]
    service = Service(*results)
    for result, name in zip(results, ("ResNet-50", "VGG-16", "SqueezeNet", "NewNet"), strict=True):
        correct(result, service, model=name)
    correct(results[0], service, hardware="Pixel 9")
    count, left, text = patched(project, service)
    assert count == 4
    assert names(project, "models.toml") == {
        "ResNet-50": ['R-50 "fast"', "resnet50"],
        "VGG-16": ["VGG (D)"],
        "SqueezeNet": ["squeeze net", "Squeeze"],
        "NewNet": ["NewNet α"],
    }
    assert "# torchvision" in (project / "ingest/normalize/names/models.toml").read_text()
    assert [line for line in text.splitlines() if line.startswith("-") and "---" not in line] == [
        '-aliases = ["squeeze net"]'
    ]
    assert any("Pixel 9" in sentence for sentence in left)
    assert patched(project, service)[0] == 0


def test_a_number_in_the_wrong_field_declares_its_heading(project: Path) -> None:
    first = read(0)
    first.interpretation.derivations[2].cell.column_name = "ImageNet / Acc drop"
    first.interpretation.after.quality = 0.013
    service = Service(first)
    correct(first, service, after="", delta="-0.013")
    count, left, _ = patched(project, service)
    declared = tomllib.loads((project / "ingest/sources/bench.toml").read_text())
    assert (count, left) == (1, [])
    assert declared["header"] == [{"text": "Acc drop", "means": "delta"}]
    (rule,) = rules(declared)
    assert re.match(rule.column, "ImageNet / Acc drop")
    assert not re.match(rule.column, "ImageNet / Acc dropped")


def test_a_field_that_no_heading_declares_is_left_to_the_curator(project: Path) -> None:
    first = read(0)
    first.interpretation.derivations[2].cell.column_name = "Ratio"
    first.interpretation.after.quality = 0.25
    service = Service(first)
    correct(first, service, after="", size_ratio="0.25")
    count, left, text = patched(project, service)
    assert (count, text) == (0, "")
    assert any("docs/sources.md" in sentence for sentence in left)


def test_what_contradicts_itself_is_left_to_the_curator(project: Path) -> None:
    results = [named(0, "R50"), named(1, "r-50"), named(2, "resnet50"), named(3, "12.5")]
    service = Service(*results)
    for result, name in zip(results, ("ResNet-50", "VGG-16", "SqueezeNet", "VGG-16"), strict=True):
        correct(result, service, model=name)
    count, left, text = patched(project, service)
    assert (count, text) == (0, "")
    assert len(left) == 4
    assert any("is a name of ResNet-50" in sentence for sentence in left)


def test_a_disputed_or_withdrawn_correction_teaches_nothing(project: Path) -> None:
    result = named(0, "R50")
    service = Service(result)
    correct(result, service, model="ResNet-50")
    Session(service, "bob", _filter.parse("")).reject()
    assert service.results[result.id].conflict
    assert patched(project, service) == (0, [], "")


def test_a_kind_without_a_file_gets_one(project: Path) -> None:
    result = read(0, runtime="TRT")
    result.interpretation.derivations.add(field="runtime", origin="cell", raw="TRT").cell.row = 2
    service = Service(result)
    correct(result, service, runtime="TensorRT")
    assert patched(project, service)[0] == 1
    assert names(project, "runtimes.toml") == {"TensorRT": ["TRT"]}


@pytest.mark.parametrize("text", ["", "[[entity]]\nname = 'A'\n", '[[entity]]\nname = "A"\naliases = []\n'])
def test_an_alias_is_added_to_any_entity(text: str) -> None:
    added = tomllib.loads(_toml.add_alias(_toml.add_alias(text, "A", "b"), "A", 'c"\\]'))
    assert added["entity"] == [{"name": "A", "aliases": ["b", 'c"\\]']}]
