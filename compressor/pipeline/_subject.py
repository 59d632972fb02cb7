"""Model and data of a job: fetched, read, verified, standardized and profiled, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from compressor.data import Dataset, fit_to_model, load_data, profile_dataset
from compressor.measure import measure, measure_latency, metric_named, run_model
from compressor.model import (
    SourceModel,
    StandardModel,
    fit_source,
    profile_model,
    read_model,
    require_verified,
    standardize,
    verify,
)
from compressor.model._onnx_file import input_specs, load_onnx, output_specs
from compressor.pipeline._services import Services, Stages
from compressor.stretched import stretched
from kgpress.errors import DataError
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import types_pb2

_SAMPLE_ROWS = 32


@dataclass
class Base:
    """The model as given, measured once per job.

    Attributes:
        outputs: of the base file, per set of rows ("train", "val", "test", "stretched"), filled when
            first asked.
    """

    path: Path
    measured: types_pb2.Measurement
    outputs: dict[str, np.ndarray]


@dataclass
class Subject:
    """Everything about model and data that trials share."""

    source: SourceModel
    standard: StandardModel
    dataset: Dataset
    metric: types_pb2.Metric
    verification: pb.VerifyResult
    model: types_pb2.ModelProfile
    data: types_pb2.DatasetProfile
    base: Base
    given: pb.ModelAndData
    _stretched: np.ndarray | None = None

    @property
    def validation(self) -> np.ndarray:
        """Rows that choices are made on; a job without any is refused when it is prepared."""
        assert self.dataset.x_val is not None
        return self.dataset.x_val

    def labels(self, name: str) -> np.ndarray | None:
        """What outputs on a set are scored against; for "agreement" the base model's choice."""
        if self.metric.name == "agreement":
            outputs = self.outputs(name)
            return None if outputs is None else outputs.argmax(1)
        labels: np.ndarray | None = getattr(self.dataset, f"y_{name}")
        return labels

    def outputs(self, name: str) -> np.ndarray | None:
        """Outputs of the base file on a set; None where there is no such set."""
        x = self.rows(name)
        if x is None:
            return None
        if name not in self.base.outputs:
            self.base.outputs[name] = run_model(self.base.path, x)
        return self.base.outputs[name]

    def rows(self, name: str) -> np.ndarray | None:
        """The inputs of a set; "stretched" rows are made of training and validation rows."""
        if name != "stretched":
            x: np.ndarray | None = getattr(self.dataset, f"x_{name}")
            return x
        if self._stretched is None:
            names = [n for n in ("train", "val") if self.rows(n) is not None]
            outputs = [self.outputs(n) for n in names]
            if any(o is None or o.ndim != 2 for o in outputs):
                return None
            classes = np.concatenate([o.argmax(1) for o in outputs if o is not None])
            given = np.concatenate([r for r in map(self.rows, names) if r is not None])
            if not np.issubdtype(given.dtype, np.floating):
                return None
            self._stretched = stretched(given, classes)
        return self._stretched


@dataclass
class Verified:
    """A model that was run over its verification sets, whatever came out."""

    source: SourceModel
    dataset: Dataset
    metric: types_pb2.Metric
    verification: pb.VerifyResult
    #: Set where the file had to be made from PyTorch first.
    standard: StandardModel | None = None


def verified(
    given: pb.ModelAndData, services: Services, stages: Stages, workdir: Path, seed: int
) -> Verified:
    """Reads model and data and runs the stage verify.

    Raises:
        ModelError, DataError, ConsentNeeded: what was given cannot be used.
    """
    standard = None
    with stages.stage("verify", 0.01, "reading model and data"):
        source, dataset = _read(given, services, workdir, seed)
        dataset = fit_source(source, dataset)
    if source.onnx_path is None:
        with stages.stage("standardize", 0.02):
            standard = standardize(source, dataset.sample[:_SAMPLE_ROWS], workdir)
        inputs, outputs, path = standard.inputs, standard.outputs, standard.onnx_path
    else:
        path = source.onnx_path
        model = load_onnx(path)
        inputs, outputs = input_specs(model), output_specs(model)
    with stages.stage("verify"):
        dataset = fit_to_model(dataset, inputs, outputs)
        metric = metric_named(given.metric or _default_metric(dataset))
        return Verified(source, dataset, metric, verify(path, dataset, metric.name), standard)


def prepare(given: pb.ModelAndData, services: Services, stages: Stages, workdir: Path, seed: int) -> Subject:
    """Runs the stages verify, standardize and profile.

    Raises:
        ModelError, DataError, ConsentNeeded: what was given cannot be used, or fails a check.
    """
    found = verified(given, services, stages, workdir, seed)
    require_verified(found.verification)
    source, dataset, metric = found.source, found.dataset, found.metric
    with stages.stage("standardize", 0.03):
        standard = found.standard or standardize(source, dataset.sample[:_SAMPLE_ROWS], workdir)
    with stages.stage("profile", 0.05):
        base = _measured(standard.onnx_path, dataset, metric.name)
        model, data = _profiles(given, source, standard, dataset, metric.name, found.verification, base)
    return Subject(source, standard, dataset, metric, found.verification, model, data, base, given)


def _read(
    given: pb.ModelAndData, services: Services, workdir: Path, seed: int
) -> tuple[SourceModel, Dataset]:
    data = services.fetch(given.data)
    extra = {s.name: services.fetch(s.input) for s in given.verification_sets}
    dataset = load_data(data, policy=given.policy, extra=extra, seed=seed)
    dataset.name = given.dataset_name or dataset.name
    dataset.domain = given.domain or dataset.domain
    dataset.task = given.task or dataset.task
    factory = services.fetch(given.model_factory) if given.HasField("model_factory") else None
    model = services.fetch(given.model) if given.HasField("model") else None
    if isinstance(model, str):  # "module:function" builds the model itself
        model, factory = None, model
    source = read_model(
        model,
        format=given.model.format,
        factory=None if factory is None else str(factory),
        allow_pickle=given.allow_pickle,
        sample=dataset.sample[:_SAMPLE_ROWS],
        workdir=workdir,
    )
    return source, dataset


def _default_metric(dataset: Dataset) -> str:
    if dataset.y_val is None and dataset.y_train is None:
        return "agreement"
    return "mean absolute error" if dataset.is_regression else "accuracy"


def _measured(path: Path, dataset: Dataset, metric: str) -> Base:
    if dataset.x_val is None or len(dataset.x_val) == 0:
        raise DataError("there are no validation rows to choose on", remedy="give x_val", field="data")
    outputs = run_model(path, dataset.x_val)
    labels = outputs.argmax(1) if metric == "agreement" else dataset.y_val
    latency = measure_latency([path], dataset.x_val)[0]
    return Base(path, measure(path, outputs, labels, metric, latency), {"val": outputs})


def _profiles(
    given: pb.ModelAndData,
    source: SourceModel,
    standard: StandardModel,
    dataset: Dataset,
    metric: str,
    verification: pb.VerifyResult,
    base: Base,
) -> tuple[types_pb2.ModelProfile, types_pb2.DatasetProfile]:
    latency = base.measured.latency_ms if base.measured.HasField("latency_ms") else None
    model = profile_model(standard, source, dataset, metric, verification, latency_ms=latency)
    model.name = given.model_name or model.name
    model.family = given.model_family or model.family
    if base.measured.HasField("quality"):
        model.quality = base.measured.quality
    return model, profile_dataset(dataset, standard)
