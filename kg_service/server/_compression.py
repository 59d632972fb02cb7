"""CompressionService: files in, jobs, files out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import grpc

from kg_service.server import _validate as validate
from kg_service.server._components import Components
from kgpress.errors import TooLarge, Unavailable
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import compression_pb2_grpc, types_pb2


class CompressionServicer(compression_pb2_grpc.CompressionServiceServicer):
    """Args: ``max_watchers``: streams that may stay open; each holds a thread of the server."""

    def __init__(self, components: Components, max_watchers: int) -> None:
        self._jobs = components.jobs
        self._artifacts = components.artifacts
        self._local = components.local
        self._stopping = components.stopping
        self._watchers = threading.BoundedSemaphore(max_watchers)

    def UploadArtifact(
        self, request_iterator: Iterable[pb.UploadArtifactRequest], context: grpc.ServicerContext
    ) -> pb.UploadArtifactResponse:
        requests = iter(request_iterator)
        first = next(requests, None)
        if first is None or first.WhichOneof("part") != "header":
            raise validate.refuse("header", "is missing", "send the header first, then the chunks")
        header = first.header
        artifact = self._artifacts.put(
            header.name, _chunks(requests), size_bytes=header.size_bytes or None, hash=header.hash
        )
        return pb.UploadArtifactResponse(artifact=artifact)

    def DownloadArtifact(
        self, request: pb.DownloadArtifactRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.DownloadArtifactResponse]:
        yield pb.DownloadArtifactResponse(artifact=self._artifacts.stat(request.hash))
        for chunk in self._artifacts.read(request.hash, request.offset):
            yield pb.DownloadArtifactResponse(chunk=chunk)

    def SubmitJob(self, request: pb.SubmitJobRequest, context: grpc.ServicerContext) -> pb.SubmitJobResponse:
        if len(request.idempotency_key) > validate.MAX_KEY:
            raise validate.refuse(
                "idempotency_key", "is too long", f"use at most {validate.MAX_KEY} characters"
            )
        validate.check_job_spec(request.spec, self._artifacts, local=self._local)
        job, existing = self._jobs.submit(request.spec, request.idempotency_key)
        return pb.SubmitJobResponse(job=job, existing=existing)

    def GetJob(self, request: pb.GetJobRequest, context: grpc.ServicerContext) -> pb.GetJobResponse:
        return pb.GetJobResponse(job=self._jobs.get(request.id))

    def ListJobs(self, request: pb.ListJobsRequest, context: grpc.ServicerContext) -> pb.ListJobsResponse:
        jobs, token, total = self._jobs.page(request.page, request.states)
        page = types_pb2.PageResponse(next_token=token, total=total)
        return pb.ListJobsResponse(jobs=jobs, page=page)

    def WatchJob(
        self, request: pb.WatchJobRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.WatchJobResponse]:
        if not self._watchers.acquire(blocking=False):
            raise TooLarge("too many jobs are being watched at once", remedy="ask with GetJob now and then")
        try:
            yield from self._jobs.watch(
                request.id,
                request.after_sequence,
                lambda: self._stopping.is_set() or not context.is_active(),
            )
        finally:
            self._watchers.release()
        if self._stopping.is_set() and context.is_active():
            raise Unavailable("the server is stopping", remedy="watch again, after the last sequence number")

    def CancelJob(self, request: pb.CancelJobRequest, context: grpc.ServicerContext) -> pb.CancelJobResponse:
        return pb.CancelJobResponse(job=self._jobs.cancel(request.id))


def _chunks(requests: Iterator[pb.UploadArtifactRequest]) -> Iterator[bytes]:
    for request in requests:
        if request.WhichOneof("part") != "chunk":
            raise validate.refuse("header", "came twice", "send one header, then only chunks")
        yield request.chunk
