"""The client for code with an event loop: the sync one's methods, awaited."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import grpc

from kgpress._client import calls, requests
from kgpress._client.base import Base
from kgpress._client.calls import Call
from kgpress._client.faults import fault
from kgpress._client.files import PartFile, readable, upload_requests
from kgpress.errors import KgpressError
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import evidence_pb2, graph_pb2, types_pb2
from kgpress.v1 import recommendation_pb2 as rec


class AsyncClient(Base):
    """Calls a kgpress server from one event loop.

    Every method takes ``timeout`` (seconds) and raises :mod:`kgpress.errors`.
    """

    _library = grpc.aio

    async def recommend(
        self, request: rec.RecommendRequest, *, timeout: float | None = None
    ) -> rec.RecommendResponse:
        """Ranks every strategy for a model, data and hardware."""
        return await self._call(calls.RECOMMEND, request, timeout)

    async def predict(
        self, request: rec.PredictRequest, *, timeout: float | None = None
    ) -> rec.PredictResponse:
        """What given strategies would do, for up to 256 subjects."""
        return await self._call(calls.PREDICT, request, timeout)

    async def embedding(
        self, strategy: str, *, timeout: float | None = None
    ) -> rec.GetStrategyEmbeddingResponse:
        """The vector of a strategy, given as text."""
        return await self._call(calls.EMBEDDING, rec.GetStrategyEmbeddingRequest(strategy=strategy), timeout)

    async def strategies(
        self, request: rec.ListStrategiesRequest | None = None, *, timeout: float | None = None
    ) -> rec.ListStrategiesResponse:
        """One page of the action space."""
        return await self._call(calls.STRATEGIES, request or rec.ListStrategiesRequest(), timeout)

    async def submit_evidence(
        self, results: Iterable[types_pb2.ReferenceResult], *, timeout: float | None = None
    ) -> evidence_pb2.SubmitEvidenceResponse:
        """Appends results in one stream; known ones add nothing."""
        stream = (evidence_pb2.SubmitEvidenceRequest(result=result) for result in results)
        return await self._call(calls.SUBMIT_EVIDENCE, stream, timeout)

    async def review(
        self, request: evidence_pb2.ReviewEvidenceRequest, *, timeout: float | None = None
    ) -> types_pb2.ReferenceResult:
        """A curator's decision; the result as it stands after it."""
        return await self._call(calls.REVIEW, request, timeout)

    async def review_batch(
        self, reviews: Iterable[evidence_pb2.ReviewEvidenceRequest], *, timeout: float | None = None
    ) -> list[types_pb2.ReferenceResult]:
        """Up to 1,000 decisions, all of them or none; the results as they stand, in order."""
        batch = evidence_pb2.ReviewEvidenceBatchRequest(reviews=reviews)
        return list(await self._call(calls.REVIEW_BATCH, batch, timeout))

    async def replace_document(
        self,
        change: evidence_pb2.DocumentChange,
        results: Iterable[types_pb2.ReferenceResult],
        *,
        timeout: float | None = None,
    ) -> evidence_pb2.ReplaceDocumentResponse:
        """Appends a changed document's results; those of its old version become superseded."""
        return await self._call(calls.REPLACE_DOCUMENT, requests.replacement(change, results), timeout)

    async def trust_source(
        self,
        source: types_pb2.Source,
        precision: float,
        checked: int,
        curator: str,
        *,
        timeout: float | None = None,
    ) -> int:
        """Declares that a source is read rightly, as checked by hand; how many results that accepts."""
        request = evidence_pb2.TrustSourceRequest(
            source=source, precision=precision, checked=checked, curator=curator
        )
        return int(await self._call(calls.TRUST_SOURCE, request, timeout))

    async def search_evidence(
        self, request: evidence_pb2.SearchEvidenceRequest | None = None, *, timeout: float | None = None
    ) -> evidence_pb2.SearchEvidenceResponse:
        """One page of results that match."""
        return await self._call(
            calls.SEARCH_EVIDENCE, request or evidence_pb2.SearchEvidenceRequest(), timeout
        )

    async def get_evidence(
        self, id: str, *, timeout: float | None = None
    ) -> evidence_pb2.GetEvidenceResponse:
        """One result with its reviews and older readings."""
        return await self._call(calls.GET_EVIDENCE, evidence_pb2.GetEvidenceRequest(id=id), timeout)

    async def count_evidence(
        self,
        by: Iterable[str] = (),
        filter: evidence_pb2.SearchEvidenceRequest | None = None,
        *,
        timeout: float | None = None,
    ) -> evidence_pb2.CountEvidenceResponse:
        """Counts of results that match, by fields such as "source" and "state"."""
        request = evidence_pb2.CountEvidenceRequest(filter=filter, by=list(by))
        return await self._call(calls.COUNT_EVIDENCE, request, timeout)

    async def submit_entities(
        self, entities: Iterable[types_pb2.Entity], *, timeout: float | None = None
    ) -> evidence_pb2.SubmitEntitiesResponse:
        """Adds models, data sets, hardware and runtimes with their other names and known facts."""
        stream = (evidence_pb2.SubmitEntitiesRequest(entity=entity) for entity in entities)
        return await self._call(calls.SUBMIT_ENTITIES, stream, timeout)

    async def entities(
        self, request: evidence_pb2.ListEntitiesRequest | None = None, *, timeout: float | None = None
    ) -> evidence_pb2.ListEntitiesResponse:
        """One page of entities that match."""
        return await self._call(calls.ENTITIES, request or evidence_pb2.ListEntitiesRequest(), timeout)

    async def query(
        self,
        cypher: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        row_limit: int = 0,
        timeout_s: float = 0.0,
        timeout: float | None = None,
    ) -> graph_pb2.QueryGraphResponse:
        """Read-only Cypher. ``timeout_s`` bounds the query, ``timeout`` the call around it."""
        request = requests.query(cypher, parameters, row_limit, timeout_s)
        around = calls.QUERY.deadline_s + (timeout_s or requests.QUERY_TIMEOUT_S)
        return await self._call(calls.QUERY, request, around if timeout is None else timeout)

    async def graph_status(self, *, timeout: float | None = None) -> graph_pb2.GetGraphStatusResponse:
        """Store, schema version, revision and counts."""
        return await self._call(calls.GRAPH_STATUS, graph_pb2.GetGraphStatusRequest(), timeout)

    async def upload(self, path: str | os.PathLike[str], *, timeout: float | None = None) -> pb.Artifact:
        """Sends a file in chunks of 1 MiB; the server checks its hash."""
        file = readable(path)
        return await self._call(calls.UPLOAD, upload_requests(file), timeout)

    async def download(
        self, hash: str, path: str | os.PathLike[str], *, timeout: float | None = None
    ) -> Path:
        """Fetches a file by hash. It appears at ``path`` whole and checked, or not at all; a
        broken fetch goes on where it stood, also in a later call."""
        part, resume = PartFile(Path(path), hash), requests.Resume(self._retries)
        while True:
            try:
                request = pb.DownloadArtifactRequest(hash=hash, offset=part.offset)
                async for message in self._stream(calls.DOWNLOAD, request, timeout):
                    if message.WhichOneof("part") == "chunk":
                        part.append(message.chunk)
                        resume.alive()
                return part.finish()
            except KgpressError as error:
                await asyncio.sleep(resume.wait_s(error))

    async def submit(
        self, spec: pb.JobSpec, idempotency_key: str = "", *, timeout: float | None = None
    ) -> pb.Job:
        """Queues a job. The same key with the same specification gives the same job back."""
        return await self._call(calls.SUBMIT, requests.submit(spec, idempotency_key), timeout)

    async def job(self, id: str, *, timeout: float | None = None) -> pb.Job:
        """A job as it stands."""
        return await self._call(calls.JOB, pb.GetJobRequest(id=id), timeout)

    async def jobs(
        self, states: Iterable[pb.JobState] = (), *, page_size: int = 0, timeout: float | None = None
    ) -> AsyncIterator[pb.Job]:
        """Every job in the given states (all when none is given), page by page."""
        token, wanted = "", list(states)
        while True:
            response = await self._call(calls.JOBS, requests.jobs(wanted, page_size, token), timeout)
            for job in response.jobs:
                yield job
            token = response.page.next_token
            if not token:
                return

    async def watch(
        self, id: str, *, after_sequence: int = 0, timeout: float | None = None
    ) -> AsyncIterator[pb.WatchJobResponse]:
        """Events to the job's end; a broken connection is resumed by sequence number.

        ``timeout`` bounds one connection, not the watch: it is opened anew when it runs out.
        """
        last, resume = after_sequence, requests.Resume(self._retries, rolling=True)
        while True:
            try:
                request = pb.WatchJobRequest(id=id, after_sequence=last)
                async for event in self._stream(calls.WATCH, request, timeout):
                    last = max(last, event.sequence)
                    resume.alive()
                    yield event
                    if event.HasField("job"):
                        return
                # The server ended the stream before the job's end: it is going down.
                await asyncio.sleep(resume.wait_s(requests.ended(self.target)))
            except KgpressError as error:
                await asyncio.sleep(resume.wait_s(error))

    async def cancel(self, id: str, *, timeout: float | None = None) -> pb.Job:
        """Asks a job to stop; a queued one stops at once."""
        return await self._call(calls.CANCEL, pb.CancelJobRequest(id=id), timeout)

    async def acquire(
        self, worker: str, job_id: str = "", *, timeout: float | None = None
    ) -> pb.AcquireLeaseResponse:
        """For workers: a lease on the given or the oldest queued job; no job where there is none."""
        return await self._call(calls.ACQUIRE, pb.AcquireLeaseRequest(worker=worker, job_id=job_id), timeout)

    async def heartbeat(
        self,
        job_id: str,
        fencing_token: int,
        progress: pb.Progress | None = None,
        *,
        timeout: float | None = None,
    ) -> pb.HeartbeatResponse:
        """For workers: keeps the lease; raises LeaseLost where another holds it."""
        request = pb.HeartbeatRequest(job_id=job_id, fencing_token=fencing_token, progress=progress)
        return await self._call(calls.HEARTBEAT, request, timeout)

    async def report_results(
        self,
        job_id: str,
        fencing_token: int,
        results: Iterable[types_pb2.ReferenceResult],
        *,
        timeout: float | None = None,
    ) -> list[str]:
        """For workers: appends results, idempotent by locator; their ids."""
        request = pb.ReportResultsRequest(job_id=job_id, fencing_token=fencing_token, results=list(results))
        return list(await self._call(calls.REPORT, request, timeout))

    async def complete(
        self,
        job_id: str,
        fencing_token: int,
        *,
        result: pb.JobResult | None = None,
        error: KgpressError | pb.JobError | None = None,
        cancelled: bool = False,
        partial_result: pb.JobResult | None = None,
        timeout: float | None = None,
    ) -> pb.Job:
        """For workers: ends the job with a result, with an error, or cancelled."""
        request = requests.complete(job_id, fencing_token, result, error, cancelled, partial_result)
        return await self._call(calls.COMPLETE, request, timeout)

    async def close(self) -> None:
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _call(self, call: Call, request: Any, timeout: float | None) -> Any:
        try:
            response = await self._method(call)(request, timeout=self._deadline(call, timeout))
            return calls.wanted(call, response)
        except grpc.RpcError as error:
            raise fault(error, call, self.target) from None

    async def _stream(self, call: Call, request: Any, timeout: float | None) -> AsyncIterator[Any]:
        stream = self._method(call)(request, timeout=self._deadline(call, timeout))
        try:
            async for message in stream:
                yield message
        except grpc.RpcError as error:
            raise fault(error, call, self.target) from None
        finally:
            stream.cancel()
