"""The context of a job: what `Client.get_job_context` returns."""

from __future__ import annotations

from fake_bauplan.jobs import Jobs
from fake_bauplan.wire.events import runner_event
from fake_bauplan.wire.proto import commander_pb2 as wire


def job_context(jobs: Jobs, job_id: str, request: wire.GetJobContextRequest) -> wire.JobContext:
    """One job's context, with logs and code where they are asked for; raises JobNotFound."""
    job = jobs.get(job_id)
    message = wire.JobContext(job_id=job.id, ref=job.ref, branch=job.branch)
    optional = {
        "project_id": job.project_id,
        "project_name": job.project_name,
        "error_message": job.error,
        "sql_query": job.sql,
    }
    for name, value in optional.items():
        if value:
            setattr(message, name, value)
    if job.transaction_branch:
        message.transaction_branch.name = job.transaction_branch
    _add_graph(message, job.detail("nodes") or [], job.detail("edges") or [])
    if request.include_snapshot and job.snapshot:
        message.code_snapshot = jobs.snapshot(job.snapshot)
    if request.include_logs:
        events = jobs.events(job.id)
        message.job_events.extend(runner_event(event, job.id, "") for event in events)
    return message


def _add_graph(message: wire.JobContext, nodes: list[str], edges: list[list[str]]) -> None:
    """Models are identified by their names; an edge from the lake has no source."""
    for name in nodes:
        message.models.add(model_id=name, model_name=name)
    for source, target in edges:
        known = source if source in nodes else None
        message.model_deps.add(source_id=known, destination_id=target)
