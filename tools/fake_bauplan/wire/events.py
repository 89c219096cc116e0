"""Jobs and their events as the client's messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from fake_bauplan.jobs import Job, events, moment
from fake_bauplan.jobs.events import Event, Task
from fake_bauplan.wire.proto import common_pb2 as common
from fake_bauplan.wire.proto import events_pb2 as wire

RUNNER = "fake-runner"
STATUS_WORDS = {
    "NOT_STARTED": "Not started",
    "RUNNING": "Running",
    "COMPLETE": "Completed",
    "ABORT": "Aborted",
    "FAIL": "Failed",
}


def job_info(job: Job) -> common.JobInfo:
    """A job as `job ls` and `job get` show it."""
    message = common.JobInfo(
        id=job.id,
        kind=job.kind.title().replace("_", ""),
        kind_type=f"JOB_KIND_{job.kind}",
        status=f"JOB_STATE_TYPE_{job.status}",
        human_readable_status=STATUS_WORDS[job.status],
        user=job.user,
        runner=RUNNER,
        created_at=_time(moment(job.created)),
        started_at=_time(moment(job.started)),
        finished_at=_time(moment(job.finished)),
    )
    if job.error:
        message.error_message = job.error
    return message


def runner_event(event: Event, job_id: str, endpoint: str) -> wire.RunnerEvent:
    """One event; `endpoint` is where results of queries are served."""
    match event:
        case events.TaskStarted():
            return wire.RunnerEvent(task_start=_task_start(event))
        case events.TaskFinished():
            return wire.RunnerEvent(task_completion=_task_completion(event))
        case events.Log():
            return wire.RunnerEvent(runtime_user_log=_log(event, job_id))
        case events.ResultReady():
            return wire.RunnerEvent(flight_server_start=_flight(event, job_id, endpoint))
        case events.PlanReady():
            return wire.RunnerEvent(table_create_plan_done_event=_plan(event))
        case events.JobFinished():
            return wire.RunnerEvent(job_completion=_completion(event, job_id))


def _task_start(event: events.TaskStarted) -> wire.TaskStartEvent:
    return wire.TaskStartEvent(
        task_metadata=_metadata(event.task),
        timestamp=_at(event.at),
        task_id=event.task.id,
        task_name=event.task.name,
    )


def _task_completion(event: events.TaskFinished) -> wire.TaskCompleteEvent:
    message = wire.TaskCompleteEvent(
        task_metadata=_metadata(event.task),
        timestamp=_at(event.at),
        task_id=event.task.id,
        task_name=event.task.name,
    )
    if event.outcome == "success":
        message.success.CopyFrom(_success(event))
    elif event.outcome == "failure":
        message.failure.CopyFrom(_failure(event))
    elif event.outcome == "skipped":
        message.skipped.SetInParent()
    elif event.outcome == "timeout":
        message.timeout.message = event.message
    else:
        message.cancel.reason = event.message
    return message


def _success(event: events.TaskFinished) -> wire.TaskSuccess:
    message = wire.TaskSuccess(message=event.message)
    if event.preview:
        columns = [
            wire.RuntimeTableColumnInfo(
                column_name=column.name, column_type=column.type, values=column.values
            )
            for column in event.preview
        ]
        message.runtime_table_preview.add(columns=columns, table_name=event.task.model)
    return message


def _failure(event: events.TaskFinished) -> wire.TaskFailure:
    return wire.TaskFailure(
        component=wire.COMPONENT_RUNTIME,
        error_message=event.message,
        stack_trace=event.trace,
        is_fatal=event.fatal,
    )


def _log(event: events.Log, job_id: str) -> wire.RuntimeLogEvent:
    kinds = wire.RuntimeLogEvent
    return kinds(
        level=f"LOG_LEVEL_{event.level}",
        output_stream=f"OUTPUT_STREAM_{event.stream}",
        type=kinds.LOG_TYPE_USER if event.user else kinds.LOG_TYPE_SYSTEM,
        emit_timestamp_ns=event.at,
        msg=event.message,
        task_metadata=_metadata(event.task) if event.task else None,
        job_id=job_id,
    )


def _flight(event: events.ResultReady, job_id: str, endpoint: str) -> wire.FlightServerStartEvent:
    return wire.FlightServerStartEvent(
        endpoint=endpoint,
        job_id=job_id,
        num_rows=min(event.rows, 2**31 - 1),
        magic_token=event.token,
    )


def _plan(event: events.PlanReady) -> wire.TableCreatePlanDoneEvent:
    return wire.TableCreatePlanDoneEvent(
        timestamp=_at(event.at),
        plan_as_yaml=event.yaml,
        success=True,
        files_to_be_imported=event.files,
        can_auto_apply=event.can_auto_apply,
    )


def _completion(event: events.JobFinished, job_id: str) -> wire.JobCompleteEvent:
    message = wire.JobCompleteEvent(job_id=job_id)
    if event.outcome == "success":
        message.success.msg = event.message
    elif event.outcome == "cancelled":
        message.cancellation.reason = event.message
    elif event.outcome == "timeout":
        message.timeout.msg = event.message
    else:
        message.failure.CopyFrom(_job_failure(event))
    return message


def _job_failure(event: events.JobFinished) -> wire.JobFailure:
    return wire.JobFailure(
        component=wire.COMPONENT_RUNTIME if event.user_error else wire.COMPONENT_RUNNER,
        error_message=event.message,
        stack_trace=event.trace,
        error_code=(
            wire.JobFailure.ERROR_CODE_RUNTIME_TASK_USER_ERROR
            if event.user_error
            else wire.JobFailure.ERROR_CODE_RUNTIME_INTERNAL_ERROR
        ),
    )


def _metadata(task: Task) -> wire.TaskMetadata:
    optional: dict[str, Any] = {
        "function_name": task.function,
        "model_name": task.model,
        "file_name": task.file,
        "line_number": task.line,
    }
    return wire.TaskMetadata(
        level=f"TASK_LEVEL_{task.level.upper()}",
        human_readable_task_type=task.description,
        task_type=task.type,
        **{name: value for name, value in optional.items() if value},
    )


def _at(nanoseconds: int) -> Timestamp:
    message = Timestamp()
    message.FromNanoseconds(nanoseconds)
    return message


def _time(at: datetime | None) -> Timestamp | None:
    if at is None:
        return None
    message = Timestamp()
    message.FromDatetime(at)
    return message
