"""WorkerService: leases, heartbeats, results."""

from __future__ import annotations

import grpc

from kg_service.server import _validate as validate
from kg_service.server._components import Components
from kgpress.v1 import compression_pb2 as pb
from kgpress.v1 import compression_pb2_grpc


class WorkerServicer(compression_pb2_grpc.WorkerServiceServicer):
    def __init__(self, components: Components) -> None:
        self._components = components
        self._jobs = components.jobs

    def AcquireLease(
        self, request: pb.AcquireLeaseRequest, context: grpc.ServicerContext
    ) -> pb.AcquireLeaseResponse:
        if not request.worker:
            raise validate.refuse("worker", "is missing", "give the worker a name")
        lease = self._jobs.acquire(request.worker[: validate.MAX_KEY], request.job_id)
        if lease is None:
            return pb.AcquireLeaseResponse()
        return pb.AcquireLeaseResponse(job=lease.job, fencing_token=lease.token, lease_s=lease.lease_s)

    def Heartbeat(self, request: pb.HeartbeatRequest, context: grpc.ServicerContext) -> pb.HeartbeatResponse:
        progress = request.progress if request.HasField("progress") else None
        asked = self._jobs.heartbeat(request.job_id, request.fencing_token, progress)
        return pb.HeartbeatResponse(cancel_requested=asked, lease_s=self._jobs.options.lease_s)

    def ReportResults(
        self, request: pb.ReportResultsRequest, context: grpc.ServicerContext
    ) -> pb.ReportResultsResponse:
        """Accepted on arrival: the worker itself measured them, under a lease that stands."""
        job = self._jobs.leased(request.job_id, request.fencing_token)
        validate.check_report(request, private=job.spec.compress.private)
        receipts = self._components.evidence.append(request.results, accept_own_runs=True)
        self._components.evidence_changed()
        return pb.ReportResultsResponse(result_ids=[receipt.id for receipt in receipts])

    def CompleteJob(
        self, request: pb.CompleteJobRequest, context: grpc.ServicerContext
    ) -> pb.CompleteJobResponse:
        return pb.CompleteJobResponse(job=self._jobs.complete(request))
