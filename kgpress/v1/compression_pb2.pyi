import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kgpress.v1 import recommendation_pb2 as _recommendation_pb2
from kgpress.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_UNSPECIFIED: _ClassVar[JobState]
    JOB_STATE_QUEUED: _ClassVar[JobState]
    JOB_STATE_RUNNING: _ClassVar[JobState]
    JOB_STATE_SUCCEEDED: _ClassVar[JobState]
    JOB_STATE_FAILED: _ClassVar[JobState]
    JOB_STATE_CANCELLED: _ClassVar[JobState]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_MET: _ClassVar[Outcome]
    OUTCOME_LIMITS_NOT_MET: _ClassVar[Outcome]
    OUTCOME_FLOOR_UNRESOLVABLE: _ClassVar[Outcome]
    OUTCOME_BASE_KEPT: _ClassVar[Outcome]
JOB_STATE_UNSPECIFIED: JobState
JOB_STATE_QUEUED: JobState
JOB_STATE_RUNNING: JobState
JOB_STATE_SUCCEEDED: JobState
JOB_STATE_FAILED: JobState
JOB_STATE_CANCELLED: JobState
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_MET: Outcome
OUTCOME_LIMITS_NOT_MET: Outcome
OUTCOME_FLOOR_UNRESOLVABLE: Outcome
OUTCOME_BASE_KEPT: Outcome

class Artifact(_message.Message):
    __slots__ = ("hash", "size_bytes", "name")
    HASH_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    hash: str
    size_bytes: int
    name: str
    def __init__(self, hash: _Optional[str] = ..., size_bytes: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class ArtifactHeader(_message.Message):
    __slots__ = ("name", "size_bytes", "hash")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    name: str
    size_bytes: int
    hash: str
    def __init__(self, name: _Optional[str] = ..., size_bytes: _Optional[int] = ..., hash: _Optional[str] = ...) -> None: ...

class UploadArtifactRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ArtifactHeader
    chunk: bytes
    def __init__(self, header: _Optional[_Union[ArtifactHeader, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class UploadArtifactResponse(_message.Message):
    __slots__ = ("artifact",)
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    artifact: Artifact
    def __init__(self, artifact: _Optional[_Union[Artifact, _Mapping]] = ...) -> None: ...

class DownloadArtifactRequest(_message.Message):
    __slots__ = ("hash", "offset")
    HASH_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    hash: str
    offset: int
    def __init__(self, hash: _Optional[str] = ..., offset: _Optional[int] = ...) -> None: ...

class DownloadArtifactResponse(_message.Message):
    __slots__ = ("artifact", "chunk")
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    artifact: Artifact
    chunk: bytes
    def __init__(self, artifact: _Optional[_Union[Artifact, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class Input(_message.Message):
    __slots__ = ("artifact", "local_path", "factory", "format", "name")
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    LOCAL_PATH_FIELD_NUMBER: _ClassVar[int]
    FACTORY_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    artifact: str
    local_path: str
    factory: str
    format: str
    name: str
    def __init__(self, artifact: _Optional[str] = ..., local_path: _Optional[str] = ..., factory: _Optional[str] = ..., format: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class NamedInput(_message.Message):
    __slots__ = ("name", "input")
    NAME_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    name: str
    input: Input
    def __init__(self, name: _Optional[str] = ..., input: _Optional[_Union[Input, _Mapping]] = ...) -> None: ...

class DataPolicy(_message.Message):
    __slots__ = ("missing", "length", "validation_share")
    MISSING_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_SHARE_FIELD_NUMBER: _ClassVar[int]
    missing: str
    length: str
    validation_share: float
    def __init__(self, missing: _Optional[str] = ..., length: _Optional[str] = ..., validation_share: _Optional[float] = ...) -> None: ...

class ModelAndData(_message.Message):
    __slots__ = ("model", "model_factory", "data", "verification_sets", "policy", "allow_pickle", "dataset_name", "model_name", "model_family", "domain", "task", "metric")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_FACTORY_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_SETS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    ALLOW_PICKLE_FIELD_NUMBER: _ClassVar[int]
    DATASET_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    MODEL_FAMILY_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    model: Input
    model_factory: Input
    data: Input
    verification_sets: _containers.RepeatedCompositeFieldContainer[NamedInput]
    policy: DataPolicy
    allow_pickle: bool
    dataset_name: str
    model_name: str
    model_family: str
    domain: str
    task: str
    metric: str
    def __init__(self, model: _Optional[_Union[Input, _Mapping]] = ..., model_factory: _Optional[_Union[Input, _Mapping]] = ..., data: _Optional[_Union[Input, _Mapping]] = ..., verification_sets: _Optional[_Iterable[_Union[NamedInput, _Mapping]]] = ..., policy: _Optional[_Union[DataPolicy, _Mapping]] = ..., allow_pickle: _Optional[bool] = ..., dataset_name: _Optional[str] = ..., model_name: _Optional[str] = ..., model_family: _Optional[str] = ..., domain: _Optional[str] = ..., task: _Optional[str] = ..., metric: _Optional[str] = ...) -> None: ...

class VerifySpec(_message.Message):
    __slots__ = ("subject",)
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    subject: ModelAndData
    def __init__(self, subject: _Optional[_Union[ModelAndData, _Mapping]] = ...) -> None: ...

class ProfileSpec(_message.Message):
    __slots__ = ("subject", "hardware")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_FIELD_NUMBER: _ClassVar[int]
    subject: ModelAndData
    hardware: _types_pb2.HardwareProfile
    def __init__(self, subject: _Optional[_Union[ModelAndData, _Mapping]] = ..., hardware: _Optional[_Union[_types_pb2.HardwareProfile, _Mapping]] = ...) -> None: ...

class CompressSpec(_message.Message):
    __slots__ = ("subject", "hardware", "limits", "objective", "budget_s", "strategies", "seed", "repeats", "private", "campaign", "max_trials")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    BUDGET_S_FIELD_NUMBER: _ClassVar[int]
    STRATEGIES_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    REPEATS_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    MAX_TRIALS_FIELD_NUMBER: _ClassVar[int]
    subject: ModelAndData
    hardware: _types_pb2.HardwareProfile
    limits: _types_pb2.Limits
    objective: _types_pb2.Objective
    budget_s: float
    strategies: _containers.RepeatedScalarFieldContainer[str]
    seed: int
    repeats: int
    private: bool
    campaign: str
    max_trials: int
    def __init__(self, subject: _Optional[_Union[ModelAndData, _Mapping]] = ..., hardware: _Optional[_Union[_types_pb2.HardwareProfile, _Mapping]] = ..., limits: _Optional[_Union[_types_pb2.Limits, _Mapping]] = ..., objective: _Optional[_Union[_types_pb2.Objective, str]] = ..., budget_s: _Optional[float] = ..., strategies: _Optional[_Iterable[str]] = ..., seed: _Optional[int] = ..., repeats: _Optional[int] = ..., private: _Optional[bool] = ..., campaign: _Optional[str] = ..., max_trials: _Optional[int] = ...) -> None: ...

class JobSpec(_message.Message):
    __slots__ = ("verify", "profile", "compress")
    VERIFY_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    COMPRESS_FIELD_NUMBER: _ClassVar[int]
    verify: VerifySpec
    profile: ProfileSpec
    compress: CompressSpec
    def __init__(self, verify: _Optional[_Union[VerifySpec, _Mapping]] = ..., profile: _Optional[_Union[ProfileSpec, _Mapping]] = ..., compress: _Optional[_Union[CompressSpec, _Mapping]] = ...) -> None: ...

class JobError(_message.Message):
    __slots__ = ("reason", "message", "remedy")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    reason: str
    message: str
    remedy: str
    def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ..., remedy: _Optional[str] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("stage", "fraction", "elapsed_s", "remaining_s", "message")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    FRACTION_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_S_FIELD_NUMBER: _ClassVar[int]
    REMAINING_S_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    stage: str
    fraction: float
    elapsed_s: float
    remaining_s: float
    message: str
    def __init__(self, stage: _Optional[str] = ..., fraction: _Optional[float] = ..., elapsed_s: _Optional[float] = ..., remaining_s: _Optional[float] = ..., message: _Optional[str] = ...) -> None: ...

class CheckResult(_message.Message):
    __slots__ = ("name", "passed", "detail")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    name: str
    passed: bool
    detail: str
    def __init__(self, name: _Optional[str] = ..., passed: _Optional[bool] = ..., detail: _Optional[str] = ...) -> None: ...

class SetScore(_message.Message):
    __slots__ = ("name", "quality", "rows", "seen")
    NAME_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    quality: float
    rows: int
    seen: bool
    def __init__(self, name: _Optional[str] = ..., quality: _Optional[float] = ..., rows: _Optional[int] = ..., seen: _Optional[bool] = ...) -> None: ...

class VerifyResult(_message.Message):
    __slots__ = ("checks", "sets", "performance_score", "metric")
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    SETS_FIELD_NUMBER: _ClassVar[int]
    PERFORMANCE_SCORE_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    checks: _containers.RepeatedCompositeFieldContainer[CheckResult]
    sets: _containers.RepeatedCompositeFieldContainer[SetScore]
    performance_score: float
    metric: _types_pb2.Metric
    def __init__(self, checks: _Optional[_Iterable[_Union[CheckResult, _Mapping]]] = ..., sets: _Optional[_Iterable[_Union[SetScore, _Mapping]]] = ..., performance_score: _Optional[float] = ..., metric: _Optional[_Union[_types_pb2.Metric, _Mapping]] = ...) -> None: ...

class ProfileResult(_message.Message):
    __slots__ = ("model", "dataset", "hardware", "verification")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    model: _types_pb2.ModelProfile
    dataset: _types_pb2.DatasetProfile
    hardware: _types_pb2.HardwareProfile
    verification: VerifyResult
    def __init__(self, model: _Optional[_Union[_types_pb2.ModelProfile, _Mapping]] = ..., dataset: _Optional[_Union[_types_pb2.DatasetProfile, _Mapping]] = ..., hardware: _Optional[_Union[_types_pb2.HardwareProfile, _Mapping]] = ..., verification: _Optional[_Union[VerifyResult, _Mapping]] = ...) -> None: ...

class Trial(_message.Message):
    __slots__ = ("step", "strategy", "seed", "repeat", "validation_before", "validation_after", "test_before", "test_after", "within_limits", "error", "predicted", "seconds", "result_id", "artifact")
    STEP_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    REPEAT_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_BEFORE_FIELD_NUMBER: _ClassVar[int]
    VALIDATION_AFTER_FIELD_NUMBER: _ClassVar[int]
    TEST_BEFORE_FIELD_NUMBER: _ClassVar[int]
    TEST_AFTER_FIELD_NUMBER: _ClassVar[int]
    WITHIN_LIMITS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    RESULT_ID_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    step: int
    strategy: _types_pb2.Strategy
    seed: int
    repeat: int
    validation_before: _types_pb2.Measurement
    validation_after: _types_pb2.Measurement
    test_before: _types_pb2.Measurement
    test_after: _types_pb2.Measurement
    within_limits: bool
    error: JobError
    predicted: _recommendation_pb2.Prediction
    seconds: float
    result_id: str
    artifact: Artifact
    def __init__(self, step: _Optional[int] = ..., strategy: _Optional[_Union[_types_pb2.Strategy, _Mapping]] = ..., seed: _Optional[int] = ..., repeat: _Optional[int] = ..., validation_before: _Optional[_Union[_types_pb2.Measurement, _Mapping]] = ..., validation_after: _Optional[_Union[_types_pb2.Measurement, _Mapping]] = ..., test_before: _Optional[_Union[_types_pb2.Measurement, _Mapping]] = ..., test_after: _Optional[_Union[_types_pb2.Measurement, _Mapping]] = ..., within_limits: _Optional[bool] = ..., error: _Optional[_Union[JobError, _Mapping]] = ..., predicted: _Optional[_Union[_recommendation_pb2.Prediction, _Mapping]] = ..., seconds: _Optional[float] = ..., result_id: _Optional[str] = ..., artifact: _Optional[_Union[Artifact, _Mapping]] = ...) -> None: ...

class CompressResult(_message.Message):
    __slots__ = ("outcome", "chosen", "trials", "metric", "profile", "predicted", "evidence", "snapshot", "stage_seconds", "artifact", "drop_upper_bound", "notes")
    class StageSecondsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_FIELD_NUMBER: _ClassVar[int]
    TRIALS_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    STAGE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    DROP_UPPER_BOUND_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    outcome: Outcome
    chosen: Trial
    trials: _containers.RepeatedCompositeFieldContainer[Trial]
    metric: _types_pb2.Metric
    profile: ProfileResult
    predicted: _recommendation_pb2.Prediction
    evidence: _containers.RepeatedCompositeFieldContainer[_recommendation_pb2.Citation]
    snapshot: _recommendation_pb2.SnapshotInfo
    stage_seconds: _containers.ScalarMap[str, float]
    artifact: Artifact
    drop_upper_bound: float
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, outcome: _Optional[_Union[Outcome, str]] = ..., chosen: _Optional[_Union[Trial, _Mapping]] = ..., trials: _Optional[_Iterable[_Union[Trial, _Mapping]]] = ..., metric: _Optional[_Union[_types_pb2.Metric, _Mapping]] = ..., profile: _Optional[_Union[ProfileResult, _Mapping]] = ..., predicted: _Optional[_Union[_recommendation_pb2.Prediction, _Mapping]] = ..., evidence: _Optional[_Iterable[_Union[_recommendation_pb2.Citation, _Mapping]]] = ..., snapshot: _Optional[_Union[_recommendation_pb2.SnapshotInfo, _Mapping]] = ..., stage_seconds: _Optional[_Mapping[str, float]] = ..., artifact: _Optional[_Union[Artifact, _Mapping]] = ..., drop_upper_bound: _Optional[float] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class JobResult(_message.Message):
    __slots__ = ("verify", "profile", "compress")
    VERIFY_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    COMPRESS_FIELD_NUMBER: _ClassVar[int]
    verify: VerifyResult
    profile: ProfileResult
    compress: CompressResult
    def __init__(self, verify: _Optional[_Union[VerifyResult, _Mapping]] = ..., profile: _Optional[_Union[ProfileResult, _Mapping]] = ..., compress: _Optional[_Union[CompressResult, _Mapping]] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("id", "spec", "state", "progress", "result", "error", "submitted_at", "finished_at", "attempts", "cancel_requested", "idempotency_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_AT_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    spec: JobSpec
    state: JobState
    progress: Progress
    result: JobResult
    error: JobError
    submitted_at: _timestamp_pb2.Timestamp
    finished_at: _timestamp_pb2.Timestamp
    attempts: int
    cancel_requested: bool
    idempotency_key: str
    def __init__(self, id: _Optional[str] = ..., spec: _Optional[_Union[JobSpec, _Mapping]] = ..., state: _Optional[_Union[JobState, str]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., result: _Optional[_Union[JobResult, _Mapping]] = ..., error: _Optional[_Union[JobError, _Mapping]] = ..., submitted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempts: _Optional[int] = ..., cancel_requested: _Optional[bool] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class SubmitJobRequest(_message.Message):
    __slots__ = ("idempotency_key", "spec")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    spec: JobSpec
    def __init__(self, idempotency_key: _Optional[str] = ..., spec: _Optional[_Union[JobSpec, _Mapping]] = ...) -> None: ...

class SubmitJobResponse(_message.Message):
    __slots__ = ("job", "existing")
    JOB_FIELD_NUMBER: _ClassVar[int]
    EXISTING_FIELD_NUMBER: _ClassVar[int]
    job: Job
    existing: bool
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., existing: _Optional[bool] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class ListJobsRequest(_message.Message):
    __slots__ = ("page", "states")
    PAGE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    page: _types_pb2.PageRequest
    states: _containers.RepeatedScalarFieldContainer[JobState]
    def __init__(self, page: _Optional[_Union[_types_pb2.PageRequest, _Mapping]] = ..., states: _Optional[_Iterable[_Union[JobState, str]]] = ...) -> None: ...

class ListJobsResponse(_message.Message):
    __slots__ = ("jobs", "page")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[Job]
    page: _types_pb2.PageResponse
    def __init__(self, jobs: _Optional[_Iterable[_Union[Job, _Mapping]]] = ..., page: _Optional[_Union[_types_pb2.PageResponse, _Mapping]] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("id", "after_sequence")
    ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    id: str
    after_sequence: int
    def __init__(self, id: _Optional[str] = ..., after_sequence: _Optional[int] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("sequence", "state", "progress", "job")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    JOB_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    state: JobState
    progress: Progress
    job: Job
    def __init__(self, sequence: _Optional[int] = ..., state: _Optional[_Union[JobState, str]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...

class AcquireLeaseRequest(_message.Message):
    __slots__ = ("worker", "job_id")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    worker: str
    job_id: str
    def __init__(self, worker: _Optional[str] = ..., job_id: _Optional[str] = ...) -> None: ...

class AcquireLeaseResponse(_message.Message):
    __slots__ = ("job", "fencing_token", "lease_s")
    JOB_FIELD_NUMBER: _ClassVar[int]
    FENCING_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LEASE_S_FIELD_NUMBER: _ClassVar[int]
    job: Job
    fencing_token: int
    lease_s: float
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., fencing_token: _Optional[int] = ..., lease_s: _Optional[float] = ...) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ("job_id", "fencing_token", "progress")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    FENCING_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    fencing_token: int
    progress: Progress
    def __init__(self, job_id: _Optional[str] = ..., fencing_token: _Optional[int] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ...) -> None: ...

class HeartbeatResponse(_message.Message):
    __slots__ = ("cancel_requested", "lease_s")
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    LEASE_S_FIELD_NUMBER: _ClassVar[int]
    cancel_requested: bool
    lease_s: float
    def __init__(self, cancel_requested: _Optional[bool] = ..., lease_s: _Optional[float] = ...) -> None: ...

class ReportResultsRequest(_message.Message):
    __slots__ = ("job_id", "fencing_token", "results")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    FENCING_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    fencing_token: int
    results: _containers.RepeatedCompositeFieldContainer[_types_pb2.ReferenceResult]
    def __init__(self, job_id: _Optional[str] = ..., fencing_token: _Optional[int] = ..., results: _Optional[_Iterable[_Union[_types_pb2.ReferenceResult, _Mapping]]] = ...) -> None: ...

class ReportResultsResponse(_message.Message):
    __slots__ = ("result_ids",)
    RESULT_IDS_FIELD_NUMBER: _ClassVar[int]
    result_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, result_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CompleteJobRequest(_message.Message):
    __slots__ = ("job_id", "fencing_token", "result", "error", "cancelled", "partial_result")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    FENCING_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    PARTIAL_RESULT_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    fencing_token: int
    result: JobResult
    error: JobError
    cancelled: bool
    partial_result: JobResult
    def __init__(self, job_id: _Optional[str] = ..., fencing_token: _Optional[int] = ..., result: _Optional[_Union[JobResult, _Mapping]] = ..., error: _Optional[_Union[JobError, _Mapping]] = ..., cancelled: _Optional[bool] = ..., partial_result: _Optional[_Union[JobResult, _Mapping]] = ...) -> None: ...

class CompleteJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: Job
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ...) -> None: ...
