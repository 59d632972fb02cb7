"""Facts of models, each with the cell that states it."""

from __future__ import annotations

import pytest

from ingest.normalize.facts import model_facts
from ingest.tables import open_cell, read_document
from kgpress.v1 import types_pb2 as pb

CSV = b"""model,infer_img_size,param_count,infer_gmacs
resnet50.a1_in1k,224,25.56,4.09
resnet50.tv_in1k,224,25.56,4.09
frobnet_7,96,"1,014.45",0.5
resnet18_int8,224,11.69,1.8
resnet34.a1_in1k,224,-,3.67
"""
YAML = b"""name: ResNet50
technical_details:
  Input resolution: 224x224
  Number of parameters: 25.5M
  Model size (w8a8): 25.1 MB
"""
SOURCE = pb.Source(kind=pb.SOURCE_KIND_DOCUMENT, name="some/project")


def entities(data: bytes, path: str) -> dict[str, pb.Entity]:
    return {e.name: e for e in model_facts([(read_document(data, path), SOURCE)])}


def numbers(entity: pb.Entity) -> dict[str, float | str]:
    return {f.name: f.text or f.number for f in entity.facts}


def test_facts_of_a_csv_and_where_they_stand() -> None:
    found = entities(CSV, "results.csv")
    assert set(found) == {"ResNet-50", "frobnet_7", "ResNet-34"}
    resnet = found["ResNet-50"]
    assert (resnet.reviewed, list(resnet.aliases)) == (True, ["resnet50.a1_in1k", "resnet50.tv_in1k"])
    assert numbers(resnet) == {"parameters": pytest.approx(25_560_000), "macs": 4.09e9, "input": "224"}
    assert len(resnet.facts) == 3
    assert not found["frobnet_7"].reviewed
    assert numbers(found["frobnet_7"])["parameters"] == pytest.approx(1_014_450_000)
    assert "parameters" not in numbers(found["ResNet-34"])
    for entity in found.values():
        for fact in entity.facts:
            text = open_cell(CSV, "results.csv", fact.cell)
            if not fact.text:
                share = fact.number / float(text.replace(",", ""))
                assert share == pytest.approx({"parameters": 1e6, "macs": 1e9}[fact.name])
            assert fact.source == SOURCE


def test_facts_of_a_record_carry_their_own_unit() -> None:
    (found,) = entities(YAML, "info.yaml").values()
    assert numbers(found) == {"parameters": 25_500_000.0, "input": "224x224"}


def test_a_number_without_a_unit_is_no_fact() -> None:
    assert not entities(b"model,params\nresnet50,25.5\n", "a.csv")
