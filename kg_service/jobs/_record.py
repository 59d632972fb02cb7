"""A job as the properties of its node, and as the message that callers see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kgpress.v1 import compression_pb2 as pb

STATES = {
    "queued": pb.JOB_STATE_QUEUED,
    "running": pb.JOB_STATE_RUNNING,
    "succeeded": pb.JOB_STATE_SUCCEEDED,
    "failed": pb.JOB_STATE_FAILED,
    "cancelled": pb.JOB_STATE_CANCELLED,
}
FINISHED = ("succeeded", "failed", "cancelled")
_MAX_EVENTS = 500


@dataclass
class JobRecord:
    """The properties of a Job node. Times are milliseconds since 1970; 0 and "" mean none."""

    id: str
    key: str
    kind: str
    spec: str
    spec_hash: str
    private: bool
    submitted_ms: int
    state: str = "queued"
    attempts: int = 0
    token: int = 0
    worker: str = ""
    lease_until_ms: int = 0
    pushed_ms: int = 0
    finished_ms: int = 0
    cancel_requested: bool = False
    sequence: int = 0
    #: JSON list of {sequence, state, progress}; neighbours of one state and stage are one event.
    events: str = "[]"
    result: str = ""
    error: str = ""
    #: Hashes of the files that the job reads or wrote.
    artifacts: str = ""
    changed: set[str] = field(default_factory=set, compare=False)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name != "changed" and "changed" in self.__dict__:
            self.changed.add(name)

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> JobRecord:
        return cls(**{name: row[name] for name in _NAMES if name in row})

    def properties(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _NAMES}

    def changes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in sorted(self.changed)}

    @property
    def finished(self) -> bool:
        return self.state in FINISHED

    def add_event(self, progress: pb.Progress | None = None) -> None:
        """Notes the present state; what happened within one stage is told by its latest event."""
        events = json.loads(self.events)
        last = events[-1] if events else {}
        shown = _to_dict(progress) if progress is not None else last.get("progress", {})
        same = last.get("state") == self.state
        if same and last["progress"].get("stage") == shown.get("stage"):
            events.pop()
        self.sequence += 1
        events.append({"sequence": self.sequence, "state": self.state, "progress": shown})
        self.events = json.dumps(events[-_MAX_EVENTS:])

    def events_after(self, sequence: int) -> Iterator[pb.WatchJobResponse]:
        """What came later. The end is always told, so that no watcher waits for it in vain."""
        for event in json.loads(self.events):
            final = self.finished and event["sequence"] == self.sequence
            if final or event["sequence"] > sequence:
                yield pb.WatchJobResponse(
                    sequence=event["sequence"],
                    state=STATES[event["state"]],
                    progress=json_format.ParseDict(event["progress"], pb.Progress(), True),
                    job=self.to_proto() if final else None,
                )

    def to_proto(self) -> pb.Job:
        job = pb.Job(
            id=self.id,
            spec=from_json(self.spec, pb.JobSpec()),
            state=STATES[self.state],
            submitted_at=_timestamp(self.submitted_ms),
            attempts=self.attempts,
            cancel_requested=self.cancel_requested,
            idempotency_key=self.key,
        )
        events = json.loads(self.events)
        if events and events[-1]["progress"]:
            json_format.ParseDict(events[-1]["progress"], job.progress, True)
        if self.result:
            job.result.CopyFrom(from_json(self.result, pb.JobResult()))
        if self.error:
            job.error.CopyFrom(from_json(self.error, pb.JobError()))
        if self.finished_ms:
            job.finished_at.CopyFrom(_timestamp(self.finished_ms))
        return job


_NAMES = [f.name for f in fields(JobRecord) if f.name != "changed"]


def to_json(message: Message) -> str:
    return json.dumps(_to_dict(message), sort_keys=True)


def from_json(text: str, message: Any) -> Any:
    """Reads what an older or newer version wrote: fields that are unknown here are passed over."""
    return json_format.Parse(text, message, ignore_unknown_fields=True)


def artifacts_in(*messages: Message | None) -> str:
    """Hashes of all artefacts that the messages name, in order, space separated."""
    return " ".join(sorted({h for m in messages if m is not None for h in _hashes(m)}))


def _hashes(message: Message) -> Iterator[str]:
    if isinstance(message, pb.Input) and message.WhichOneof("location") == "artifact":
        yield message.artifact
    if isinstance(message, pb.Artifact) and message.hash:
        yield message.hash
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None or descriptor.message_type.GetOptions().map_entry:
            continue
        for child in value if descriptor.is_repeated else [value]:
            yield from _hashes(child)


def _to_dict(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def _timestamp(ms: int) -> Timestamp:
    return Timestamp(seconds=ms // 1000, nanos=ms % 1000 * 1_000_000)
