"""What the servicers translate to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from kg_service.artifacts import ArtifactStore
from kg_service.jobs import JobOptions, Jobs, Queue
from kg_service.server._holder import RecommenderHolder


@dataclass
class Components:
    """The parts of one server.

    Attributes:
        store: a kg_service.graph.GraphStore.
        evidence: a kg_service.evidence.EvidenceRepository on it.
        local: the server works for one user on one machine, whose own paths may be read.
        retention_days: how long files stay that no job of that time refers to.
        stopping: set when the server drains.
    """

    store: Any
    evidence: Any
    recommender: RecommenderHolder
    jobs: Jobs
    artifacts: ArtifactStore
    local: bool = False
    retention_days: float = 30.0
    stopping: Event = field(default_factory=Event)

    def evidence_changed(self, *, reviewed: bool = False) -> int:
        """Brings the recommender up to date after a write; returns the graph's revision."""
        revision = self.store.revision()
        if reviewed:
            self.recommender.reload(revision)
        else:
            self.recommender.refresh(revision)
        return revision


def open_components(
    store: Any,
    *,
    artifacts_url: str,
    snapshots: Path | None,
    queue: Queue | None = None,
    local: bool = False,
    job_options: JobOptions | None = None,
    retention_days: float = 30.0,
) -> Components:
    """The parts on a started store (migrated, catalogue loaded)."""
    from kg_service.evidence import EvidenceRepository

    evidence = EvidenceRepository(store)
    return Components(
        store=store,
        evidence=evidence,
        recommender=RecommenderHolder(snapshots, evidence),
        jobs=Jobs(store, queue, job_options),
        artifacts=ArtifactStore(artifacts_url),
        local=local,
        retention_days=retention_days,
    )
