"""The gRPC service of the client: each call checked for its key, then handed to the commander."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from fake_bauplan.catalog.types import DEFAULT_NAMESPACE
from fake_bauplan.commander import Commander
from fake_bauplan.jobs import Job, JobNotFound
from fake_bauplan.lakehouse import Lakehouse
from fake_bauplan.refs import MAIN
from fake_bauplan.runs.plan import RunRequest
from fake_bauplan.users import ORGANIZATION_ID, ORGANIZATION_NAME
from fake_bauplan.wire import requests
from fake_bauplan.wire.contexts import job_context
from fake_bauplan.wire.events import RUNNER, job_info, runner_event
from fake_bauplan.wire.flight import FlightServer
from fake_bauplan.wire.grpc_base import answering
from fake_bauplan.wire.grpc_imports import ImportCalls
from fake_bauplan.wire.proto import commander_pb2 as wire
from fake_bauplan.wire.proto import commander_pb2_grpc as stubs
from fake_bauplan.wire.proto import common_pb2 as common

MAX_MESSAGE_BYTES = 64 << 20
MAX_JOBS = 500
THREADS = 160
SERVER_VERSION = "fake-lakehouse"
HOST = "127.0.0.1"
ENGINE = "fake_bauplan.engine.lake"
LIMITS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
]


class Service(ImportCalls, stubs.V2CommanderServiceServicer):
    """Calls that are not here answer UNIMPLEMENTED by themselves."""

    def __init__(self, commander: Commander, flight_endpoint: str) -> None:
        self.commander = commander
        self._flight = flight_endpoint
        self.stopping = threading.Event()

    @answering
    def GetBauplanInfo(  # noqa: N802
        self,
        request: wire.GetBauplanInfoRequest,  # noqa: ARG002
        context: grpc.ServicerContext,
    ) -> wire.GetBauplanInfoResponse:
        """Who the caller is, and what runs here."""
        user = self.user(context)
        return wire.GetBauplanInfoResponse(
            runners=[wire.RunnerNodeInfo(hostname=RUNNER)],
            user=user.username,
            server_version=SERVER_VERSION,
            organization_info=wire.OrganizationInfo(
                id=ORGANIZATION_ID, name=ORGANIZATION_NAME, slug="fake-lakehouse"
            ),
            user_info=wire.UserInfo(
                id=user.id,
                username=user.username,
                first_name=user.first_name,
                last_name=user.last_name,
            ),
        )

    @answering
    def GetJobs(  # noqa: N802
        self, request: wire.GetJobsRequest, context: grpc.ServicerContext
    ) -> wire.GetJobsResponse:
        """A page of jobs, the newest first."""
        wanted = requests.job_filter(request, self.user(context))
        limit = min(request.max_records or MAX_JOBS, MAX_JOBS)
        jobs, token = self.commander.jobs.page(wanted, limit, request.pagination_token)
        return wire.GetJobsResponse(jobs=map(job_info, jobs), pagination_token=token)

    @answering
    def GetLogs(  # noqa: N802
        self, request: wire.GetLogsRequest, context: grpc.ServicerContext
    ) -> wire.GetLogsResponse:
        """All events of a job so far."""
        self.user(context)
        job = self.commander.jobs.get(request.job_id)
        events = self.commander.jobs.events(job.id)
        sent = [runner_event(event, job.id, self._flight) for event in events]
        return wire.GetLogsResponse(events=sent[: request.limit or None])

    @answering
    def GetJobContext(  # noqa: N802
        self, request: wire.GetJobContextRequest, context: grpc.ServicerContext
    ) -> wire.GetJobContextResponse:
        """What jobs ran: code, graph, refs; unknown jobs are listed as errors."""
        self.user(context)
        answer = wire.GetJobContextResponse()
        for job_id in request.job_ids:
            try:
                answer.job_contexts.append(job_context(self.commander.jobs, job_id, request))
            except JobNotFound as error:
                answer.errors.add(
                    job_id=job_id, error_msg=str(error), error_code=404, error_type="NOT_FOUND"
                )
        return answer

    @answering
    def CodeSnapshotRun(  # noqa: N802
        self, request: wire.CodeSnapshotRunRequest, context: grpc.ServicerContext
    ) -> wire.CodeSnapshotRunResponse:
        """Plan a project and start it."""
        user, asked = self.user(context), requests.run_request(request)
        job = self.commander.run(user, asked)
        return wire.CodeSnapshotRunResponse(
            job_response_common=_common(job, asked),
            snapshot_id=job.snapshot,
            snapshot_uri=f"fake://snapshots/{job.snapshot}",
            project_id=job.project_id,
            project_name=job.project_name,
            parameters=request.parameters,
            **_echo(job, asked),
        )

    @answering
    def CodeSnapshotReRun(  # noqa: N802
        self, request: wire.CodeSnapshotReRunRequest, context: grpc.ServicerContext
    ) -> wire.CodeSnapshotReRunResponse:
        """Run the code of an earlier run again."""
        user, asked = self.user(context), requests.run_request(request)
        job = self.commander.rerun(user, request.re_run_job_id, asked)
        return wire.CodeSnapshotReRunResponse(
            job_response_common=_common(job, asked),
            re_run_job_id=request.re_run_job_id,
            **_echo(job, asked),
        )

    @answering
    def QueryRun(  # noqa: N802
        self, request: wire.QueryRunRequest, context: grpc.ServicerContext
    ) -> wire.QueryRunResponse:
        """Plan a SELECT and start it."""
        user = self.user(context)
        namespace = request.namespace or DEFAULT_NAMESPACE
        job = self.commander.query(user, request.sql_query, request.ref or MAIN, namespace)
        return wire.QueryRunResponse(
            job_response_common=common.JobResponseCommon(job_id=job.id, username=job.user),
            sql_query=request.sql_query,
            ref=job.ref,
            namespace=namespace,
            cache=request.cache,
        )

    @answering
    def CancelJob(  # noqa: N802
        self, request: wire.CancelJobRequest, context: grpc.ServicerContext
    ) -> wire.CancelJobResponse:
        """Stop a running job."""
        self.user(context)
        self.commander.cancel(request.job_id.id)
        return wire.CancelJobResponse(
            status=wire.CancelJobResponse.CANCEL_STATUS_SUCCESS, message="cancelled"
        )

    @answering
    def SubscribeLogs(  # noqa: N802
        self, request: wire.SubscribeLogsRequest, context: grpc.ServicerContext
    ) -> Iterator[wire.SubscribeLogsResponse]:
        """The events of a job as they come, until it ends."""
        self.user(context)
        job = self.commander.jobs.get(request.job_id)
        gone = threading.Event()
        context.add_callback(gone.set)
        return self._follow(job, gone, context)

    def _follow(
        self, job: Job, gone: threading.Event, context: grpc.ServicerContext
    ) -> Iterator[wire.SubscribeLogsResponse]:
        drop = self.commander.lakehouse.faults.take("SubscribeLogs", "drop")
        followed = self.commander.jobs.follow(
            job.id, lambda: gone.is_set() or self.stopping.is_set()
        )
        for number, event in enumerate(followed):
            if drop is not None and number >= drop.amount:
                context.abort(grpc.StatusCode.UNAVAILABLE, "the stream was dropped by a fault")
            sent = runner_event(event, job.id, self._flight)
            yield wire.SubscribeLogsResponse(job_id=job.id, runner_event=sent)

    @answering
    def GetSnapshotInfo(  # noqa: N802
        self, request: wire.GetSnapshotInfoRequest, context: grpc.ServicerContext
    ) -> wire.GetSnapshotInfoResponse:
        """A stored code snapshot by its digest."""
        self.user(context)
        try:
            content = self.commander.jobs.snapshot(request.snapshot_sha)
        except KeyError:
            raise JobNotFound(request.snapshot_sha) from None
        return wire.GetSnapshotInfoResponse(snapshot_info=wire.SnapshotInfo(snapshot_zip=content))


def _common(job: Job, asked: RunRequest) -> common.JobResponseCommon:
    return common.JobResponseCommon(job_id=job.id, username=job.user, args=asked.arguments)


def _echo(job: Job, asked: RunRequest) -> dict[str, Any]:
    """The settings that a run really has, defaults filled in."""
    return {
        "ref": job.ref,
        "namespace": job.detail("request")["namespace"],
        "dry_run": asked.dry_run,
        "transaction": requests.on_off(asked.transaction),
        "strict": requests.on_off(asked.strict),
        "cache": requests.on_off(asked.cache),
        "preview": asked.preview,
        "user_branch_prefix": f"{job.user}.",
    }


class Backend:
    """Jobs of one lakehouse behind gRPC and Flight on loopback ports, until `stop`."""

    def __init__(self, lakehouse: Lakehouse) -> None:
        self.commander = Commander(lakehouse)
        self._flight = FlightServer(self.commander.results, lakehouse.faults)
        self._service = Service(self.commander, self._flight.endpoint)
        self._server = grpc.server(ThreadPoolExecutor(THREADS, "grpc"), options=LIMITS)
        add: Any = stubs.add_V2CommanderServiceServicer_to_server
        add(self._service, self._server)
        self.address = (HOST, self._server.add_insecure_port(f"{HOST}:0"))
        self._server.start()
        # DataFusion loads while the first client starts; a query that is faster waits for it.
        self._loading = threading.Thread(target=importlib.import_module, args=(ENGINE,))
        self._loading.start()

    def stop(self) -> None:
        """End open streams, stop the servers, cancel what still runs."""
        self._service.stopping.set()
        self._server.stop(grace=1).wait()
        self._flight.shutdown()
        self.commander.close()
        self._loading.join()


def start(lakehouse: Lakehouse) -> Backend:
    """The backend that `server.py` puts behind its port."""
    return Backend(lakehouse)
