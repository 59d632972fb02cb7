import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIRECTION_UNSPECIFIED: _ClassVar[Direction]
    DIRECTION_HIGHER_IS_BETTER: _ClassVar[Direction]
    DIRECTION_LOWER_IS_BETTER: _ClassVar[Direction]

class Objective(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OBJECTIVE_UNSPECIFIED: _ClassVar[Objective]
    OBJECTIVE_SIZE: _ClassVar[Objective]
    OBJECTIVE_PARAMETERS: _ClassVar[Objective]
    OBJECTIVE_LATENCY: _ClassVar[Objective]

class SourceKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SOURCE_KIND_UNSPECIFIED: _ClassVar[SourceKind]
    SOURCE_KIND_PAPER: _ClassVar[SourceKind]
    SOURCE_KIND_DOCUMENT: _ClassVar[SourceKind]
    SOURCE_KIND_DATASET: _ClassVar[SourceKind]
    SOURCE_KIND_OWN_RUN: _ClassVar[SourceKind]

class EvidenceState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVIDENCE_STATE_UNSPECIFIED: _ClassVar[EvidenceState]
    EVIDENCE_STATE_PROPOSED: _ClassVar[EvidenceState]
    EVIDENCE_STATE_ACCEPTED: _ClassVar[EvidenceState]
    EVIDENCE_STATE_REJECTED: _ClassVar[EvidenceState]
    EVIDENCE_STATE_QUARANTINED: _ClassVar[EvidenceState]
    EVIDENCE_STATE_SUPERSEDED: _ClassVar[EvidenceState]
    EVIDENCE_STATE_LAYER_POINT: _ClassVar[EvidenceState]
DIRECTION_UNSPECIFIED: Direction
DIRECTION_HIGHER_IS_BETTER: Direction
DIRECTION_LOWER_IS_BETTER: Direction
OBJECTIVE_UNSPECIFIED: Objective
OBJECTIVE_SIZE: Objective
OBJECTIVE_PARAMETERS: Objective
OBJECTIVE_LATENCY: Objective
SOURCE_KIND_UNSPECIFIED: SourceKind
SOURCE_KIND_PAPER: SourceKind
SOURCE_KIND_DOCUMENT: SourceKind
SOURCE_KIND_DATASET: SourceKind
SOURCE_KIND_OWN_RUN: SourceKind
EVIDENCE_STATE_UNSPECIFIED: EvidenceState
EVIDENCE_STATE_PROPOSED: EvidenceState
EVIDENCE_STATE_ACCEPTED: EvidenceState
EVIDENCE_STATE_REJECTED: EvidenceState
EVIDENCE_STATE_QUARANTINED: EvidenceState
EVIDENCE_STATE_SUPERSEDED: EvidenceState
EVIDENCE_STATE_LAYER_POINT: EvidenceState

class Setting(_message.Message):
    __slots__ = ("hyperparameter", "number", "text", "unspecified")
    HYPERPARAMETER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    UNSPECIFIED_FIELD_NUMBER: _ClassVar[int]
    hyperparameter: str
    number: float
    text: str
    unspecified: bool
    def __init__(self, hyperparameter: _Optional[str] = ..., number: _Optional[float] = ..., text: _Optional[str] = ..., unspecified: _Optional[bool] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("position", "method", "settings")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    position: int
    method: str
    settings: _containers.RepeatedCompositeFieldContainer[Setting]
    def __init__(self, position: _Optional[int] = ..., method: _Optional[str] = ..., settings: _Optional[_Iterable[_Union[Setting, _Mapping]]] = ...) -> None: ...

class Strategy(_message.Message):
    __slots__ = ("text", "steps", "catalogue_version")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    text: str
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    catalogue_version: str
    def __init__(self, text: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., catalogue_version: _Optional[str] = ...) -> None: ...

class Metric(_message.Message):
    __slots__ = ("name", "direction")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    direction: Direction
    def __init__(self, name: _Optional[str] = ..., direction: _Optional[_Union[Direction, str]] = ...) -> None: ...

class Interval(_message.Message):
    __slots__ = ("low", "high", "level")
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    low: float
    high: float
    level: float
    def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ..., level: _Optional[float] = ...) -> None: ...

class Quantity(_message.Message):
    __slots__ = ("value", "interval")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    value: float
    interval: Interval
    def __init__(self, value: _Optional[float] = ..., interval: _Optional[_Union[Interval, _Mapping]] = ...) -> None: ...

class TensorSpec(_message.Message):
    __slots__ = ("name", "dtype", "shape")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    dtype: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, name: _Optional[str] = ..., dtype: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ...) -> None: ...

class Probe(_message.Message):
    __slots__ = ("name", "strategy", "value", "seconds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    strategy: str
    value: float
    seconds: float
    def __init__(self, name: _Optional[str] = ..., strategy: _Optional[str] = ..., value: _Optional[float] = ..., seconds: _Optional[float] = ...) -> None: ...

class ModelProfile(_message.Message):
    __slots__ = ("model_hash", "name", "family", "format", "trainable_parameters", "non_trainable_parameters", "filters", "layers", "macs", "size_bytes", "latency_ms", "metric", "quality", "performance_score", "layer_types", "inputs", "outputs", "probes")
    class LayerTypesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    MODEL_HASH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FAMILY_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    TRAINABLE_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    NON_TRAINABLE_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    MACS_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    LAYER_TYPES_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PROBES_FIELD_NUMBER: _ClassVar[int]
    model_hash: str
    name: str
    family: str
    format: str
    trainable_parameters: int
    non_trainable_parameters: int
    filters: int
    layers: int
    macs: int
    size_bytes: int
    latency_ms: float
    metric: Metric
    quality: float
    performance_score: float
    layer_types: _containers.ScalarMap[str, int]
    inputs: _containers.RepeatedCompositeFieldContainer[TensorSpec]
    outputs: _containers.RepeatedCompositeFieldContainer[TensorSpec]
    probes: _containers.RepeatedCompositeFieldContainer[Probe]
    def __init__(self, model_hash: _Optional[str] = ..., name: _Optional[str] = ..., family: _Optional[str] = ..., format: _Optional[str] = ..., trainable_parameters: _Optional[int] = ..., non_trainable_parameters: _Optional[int] = ..., filters: _Optional[int] = ..., layers: _Optional[int] = ..., macs: _Optional[int] = ..., size_bytes: _Optional[int] = ..., latency_ms: _Optional[float] = ..., metric: _Optional[_Union[Metric, _Mapping]] = ..., quality: _Optional[float] = ..., performance_score: _Optional[float] = ..., layer_types: _Optional[_Mapping[str, int]] = ..., inputs: _Optional[_Iterable[_Union[TensorSpec, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[TensorSpec, _Mapping]]] = ..., probes: _Optional[_Iterable[_Union[Probe, _Mapping]]] = ...) -> None: ...

class DatasetProfile(_message.Message):
    __slots__ = ("data_hash", "name", "domain", "task", "application_area", "classes", "input_size", "channels", "train_rows", "validation_rows", "test_rows", "token_size", "interclass_variance", "intraclass_variance", "localization", "outliers", "correlation", "has_training_data", "has_labels", "validation_seen", "probes")
    DATA_HASH_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_AREA_FIELD_NUMBER: _ClassVar[int]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    INPUT_SIZE_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    TRAIN_ROWS_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_ROWS_FIELD_NUMBER: _ClassVar[int]
    TEST_ROWS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_SIZE_FIELD_NUMBER: _ClassVar[int]
    INTERCLASS_VARIANCE_FIELD_NUMBER: _ClassVar[int]
    INTRACLASS_VARIANCE_FIELD_NUMBER: _ClassVar[int]
    LOCALIZATION_FIELD_NUMBER: _ClassVar[int]
    OUTLIERS_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_FIELD_NUMBER: _ClassVar[int]
    HAS_TRAINING_DATA_FIELD_NUMBER: _ClassVar[int]
    HAS_LABELS_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_SEEN_FIELD_NUMBER: _ClassVar[int]
    PROBES_FIELD_NUMBER: _ClassVar[int]
    data_hash: str
    name: str
    domain: str
    task: str
    application_area: str
    classes: int
    input_size: _containers.RepeatedScalarFieldContainer[int]
    channels: int
    train_rows: int
    validation_rows: int
    test_rows: int
    token_size: int
    interclass_variance: float
    intraclass_variance: float
    localization: float
    outliers: float
    correlation: float
    has_training_data: bool
    has_labels: bool
    validation_seen: bool
    probes: _containers.RepeatedCompositeFieldContainer[Probe]
    def __init__(self, data_hash: _Optional[str] = ..., name: _Optional[str] = ..., domain: _Optional[str] = ..., task: _Optional[str] = ..., application_area: _Optional[str] = ..., classes: _Optional[int] = ..., input_size: _Optional[_Iterable[int]] = ..., channels: _Optional[int] = ..., train_rows: _Optional[int] = ..., validation_rows: _Optional[int] = ..., test_rows: _Optional[int] = ..., token_size: _Optional[int] = ..., interclass_variance: _Optional[float] = ..., intraclass_variance: _Optional[float] = ..., localization: _Optional[float] = ..., outliers: _Optional[float] = ..., correlation: _Optional[float] = ..., has_training_data: _Optional[bool] = ..., has_labels: _Optional[bool] = ..., validation_seen: _Optional[bool] = ..., probes: _Optional[_Iterable[_Union[Probe, _Mapping]]] = ...) -> None: ...

class HardwareProfile(_message.Message):
    __slots__ = ("name", "kind", "chipset", "precisions", "sparsity", "ram_bytes", "flash_bytes", "runtime")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHIPSET_FIELD_NUMBER: _ClassVar[int]
    PRECISIONS_FIELD_NUMBER: _ClassVar[int]
    SPARSITY_FIELD_NUMBER: _ClassVar[int]
    RAM_BYTES_FIELD_NUMBER: _ClassVar[int]
    FLASH_BYTES_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    chipset: str
    precisions: _containers.RepeatedScalarFieldContainer[str]
    sparsity: bool
    ram_bytes: int
    flash_bytes: int
    runtime: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., chipset: _Optional[str] = ..., precisions: _Optional[_Iterable[str]] = ..., sparsity: _Optional[bool] = ..., ram_bytes: _Optional[int] = ..., flash_bytes: _Optional[int] = ..., runtime: _Optional[str] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("max_drop", "max_relative_drop", "max_size_bytes", "max_latency_ms", "max_parameters")
    MAX_DROP_FIELD_NUMBER: _ClassVar[int]
    MAX_RELATIVE_DROP_FIELD_NUMBER: _ClassVar[int]
    MAX_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    MAX_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    max_drop: float
    max_relative_drop: float
    max_size_bytes: int
    max_latency_ms: float
    max_parameters: int
    def __init__(self, max_drop: _Optional[float] = ..., max_relative_drop: _Optional[float] = ..., max_size_bytes: _Optional[int] = ..., max_latency_ms: _Optional[float] = ..., max_parameters: _Optional[int] = ...) -> None: ...

class Measurement(_message.Message):
    __slots__ = ("quality", "size_bytes", "parameters", "nonzero_parameters", "macs", "latency_ms", "latency_ms_half_width", "rows", "throughput_per_s", "memory_bytes")
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    NONZERO_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    MACS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MS_HALF_WIDTH_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    THROUGHPUT_PER_S_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    quality: float
    size_bytes: int
    parameters: int
    nonzero_parameters: int
    macs: int
    latency_ms: float
    latency_ms_half_width: float
    rows: int
    throughput_per_s: float
    memory_bytes: int
    def __init__(self, quality: _Optional[float] = ..., size_bytes: _Optional[int] = ..., parameters: _Optional[int] = ..., nonzero_parameters: _Optional[int] = ..., macs: _Optional[int] = ..., latency_ms: _Optional[float] = ..., latency_ms_half_width: _Optional[float] = ..., rows: _Optional[int] = ..., throughput_per_s: _Optional[float] = ..., memory_bytes: _Optional[int] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("quality", "parameters", "nonzero_parameters", "size", "macs", "latency", "throughput", "memory")
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    NONZERO_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MACS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_FIELD_NUMBER: _ClassVar[int]
    THROUGHPUT_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    quality: float
    parameters: float
    nonzero_parameters: float
    size: float
    macs: float
    latency: float
    throughput: float
    memory: float
    def __init__(self, quality: _Optional[float] = ..., parameters: _Optional[float] = ..., nonzero_parameters: _Optional[float] = ..., size: _Optional[float] = ..., macs: _Optional[float] = ..., latency: _Optional[float] = ..., throughput: _Optional[float] = ..., memory: _Optional[float] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("kind", "name", "url", "version", "licence", "title", "year")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    LICENCE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    YEAR_FIELD_NUMBER: _ClassVar[int]
    kind: SourceKind
    name: str
    url: str
    version: str
    licence: str
    title: str
    year: int
    def __init__(self, kind: _Optional[_Union[SourceKind, str]] = ..., name: _Optional[str] = ..., url: _Optional[str] = ..., version: _Optional[str] = ..., licence: _Optional[str] = ..., title: _Optional[str] = ..., year: _Optional[int] = ...) -> None: ...

class CellLocator(_message.Message):
    __slots__ = ("document_hash", "path", "line", "row", "column", "column_name", "xpath", "page", "table", "box", "url", "part")
    DOCUMENT_HASH_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    ROW_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    COLUMN_NAME_FIELD_NUMBER: _ClassVar[int]
    XPATH_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    document_hash: str
    path: str
    line: int
    row: int
    column: int
    column_name: str
    xpath: str
    page: int
    table: int
    box: _containers.RepeatedScalarFieldContainer[float]
    url: str
    part: int
    def __init__(self, document_hash: _Optional[str] = ..., path: _Optional[str] = ..., line: _Optional[int] = ..., row: _Optional[int] = ..., column: _Optional[int] = ..., column_name: _Optional[str] = ..., xpath: _Optional[str] = ..., page: _Optional[int] = ..., table: _Optional[int] = ..., box: _Optional[_Iterable[float]] = ..., url: _Optional[str] = ..., part: _Optional[int] = ...) -> None: ...

class RunLocator(_message.Message):
    __slots__ = ("job", "step", "seed", "repeat")
    JOB_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    REPEAT_FIELD_NUMBER: _ClassVar[int]
    job: str
    step: int
    seed: int
    repeat: int
    def __init__(self, job: _Optional[str] = ..., step: _Optional[int] = ..., seed: _Optional[int] = ..., repeat: _Optional[int] = ...) -> None: ...

class Locator(_message.Message):
    __slots__ = ("cell", "run")
    CELL_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    cell: CellLocator
    run: RunLocator
    def __init__(self, cell: _Optional[_Union[CellLocator, _Mapping]] = ..., run: _Optional[_Union[RunLocator, _Mapping]] = ...) -> None: ...

class Derivation(_message.Message):
    __slots__ = ("field", "origin", "raw", "confidence", "cell")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    field: str
    origin: str
    raw: str
    confidence: float
    cell: CellLocator
    def __init__(self, field: _Optional[str] = ..., origin: _Optional[str] = ..., raw: _Optional[str] = ..., confidence: _Optional[float] = ..., cell: _Optional[_Union[CellLocator, _Mapping]] = ...) -> None: ...

class Interpretation(_message.Message):
    __slots__ = ("rules", "model", "model_family", "dataset", "domain", "task", "strategy", "hardware", "runtime", "metric", "before", "after", "derivations", "confidence", "cluster", "model_profile", "dataset_profile", "hardware_profile", "split", "test_before", "test_after", "seconds", "change", "per_layer", "layer", "conditions")
    class ConditionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    RULES_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_FAMILY_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    DERIVATIONS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    CLUSTER_FIELD_NUMBER: _ClassVar[int]
    MODEL_PROFILE_FIELD_NUMBER: _ClassVar[int]
    DATASET_PROFILE_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_PROFILE_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    TEST_BEFORE_FIELD_NUMBER: _ClassVar[int]
    TEST_AFTER_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    PER_LAYER_FIELD_NUMBER: _ClassVar[int]
    LAYER_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    rules: str
    model: str
    model_family: str
    dataset: str
    domain: str
    task: str
    strategy: Strategy
    hardware: str
    runtime: str
    metric: Metric
    before: Measurement
    after: Measurement
    derivations: _containers.RepeatedCompositeFieldContainer[Derivation]
    confidence: float
    cluster: str
    model_profile: ModelProfile
    dataset_profile: DatasetProfile
    hardware_profile: HardwareProfile
    split: str
    test_before: Measurement
    test_after: Measurement
    seconds: float
    change: Change
    per_layer: bool
    layer: str
    conditions: _containers.ScalarMap[str, str]
    def __init__(self, rules: _Optional[str] = ..., model: _Optional[str] = ..., model_family: _Optional[str] = ..., dataset: _Optional[str] = ..., domain: _Optional[str] = ..., task: _Optional[str] = ..., strategy: _Optional[_Union[Strategy, _Mapping]] = ..., hardware: _Optional[str] = ..., runtime: _Optional[str] = ..., metric: _Optional[_Union[Metric, _Mapping]] = ..., before: _Optional[_Union[Measurement, _Mapping]] = ..., after: _Optional[_Union[Measurement, _Mapping]] = ..., derivations: _Optional[_Iterable[_Union[Derivation, _Mapping]]] = ..., confidence: _Optional[float] = ..., cluster: _Optional[str] = ..., model_profile: _Optional[_Union[ModelProfile, _Mapping]] = ..., dataset_profile: _Optional[_Union[DatasetProfile, _Mapping]] = ..., hardware_profile: _Optional[_Union[HardwareProfile, _Mapping]] = ..., split: _Optional[str] = ..., test_before: _Optional[_Union[Measurement, _Mapping]] = ..., test_after: _Optional[_Union[Measurement, _Mapping]] = ..., seconds: _Optional[float] = ..., change: _Optional[_Union[Change, _Mapping]] = ..., per_layer: _Optional[bool] = ..., layer: _Optional[str] = ..., conditions: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ReferenceResult(_message.Message):
    __slots__ = ("id", "locator", "source", "interpretation", "interpretation_version", "state", "reasons", "private", "submitted_at", "conflict")
    ID_FIELD_NUMBER: _ClassVar[int]
    LOCATOR_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    INTERPRETATION_FIELD_NUMBER: _ClassVar[int]
    INTERPRETATION_VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    CONFLICT_FIELD_NUMBER: _ClassVar[int]
    id: str
    locator: Locator
    source: Source
    interpretation: Interpretation
    interpretation_version: int
    state: EvidenceState
    reasons: _containers.RepeatedScalarFieldContainer[str]
    private: bool
    submitted_at: _timestamp_pb2.Timestamp
    conflict: bool
    def __init__(self, id: _Optional[str] = ..., locator: _Optional[_Union[Locator, _Mapping]] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., interpretation: _Optional[_Union[Interpretation, _Mapping]] = ..., interpretation_version: _Optional[int] = ..., state: _Optional[_Union[EvidenceState, str]] = ..., reasons: _Optional[_Iterable[str]] = ..., private: _Optional[bool] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., conflict: _Optional[bool] = ...) -> None: ...

class EntityFact(_message.Message):
    __slots__ = ("name", "number", "text", "source", "cell")
    NAME_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CELL_FIELD_NUMBER: _ClassVar[int]
    name: str
    number: float
    text: str
    source: Source
    cell: CellLocator
    def __init__(self, name: _Optional[str] = ..., number: _Optional[float] = ..., text: _Optional[str] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., cell: _Optional[_Union[CellLocator, _Mapping]] = ...) -> None: ...

class Entity(_message.Message):
    __slots__ = ("kind", "name", "aliases", "reviewed", "facts")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_FIELD_NUMBER: _ClassVar[int]
    FACTS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    name: str
    aliases: _containers.RepeatedScalarFieldContainer[str]
    reviewed: bool
    facts: _containers.RepeatedCompositeFieldContainer[EntityFact]
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., reviewed: _Optional[bool] = ..., facts: _Optional[_Iterable[_Union[EntityFact, _Mapping]]] = ...) -> None: ...

class PageRequest(_message.Message):
    __slots__ = ("size", "token")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    size: int
    token: str
    def __init__(self, size: _Optional[int] = ..., token: _Optional[str] = ...) -> None: ...

class PageResponse(_message.Message):
    __slots__ = ("next_token", "total")
    NEXT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    next_token: str
    total: int
    def __init__(self, next_token: _Optional[str] = ..., total: _Optional[int] = ...) -> None: ...
