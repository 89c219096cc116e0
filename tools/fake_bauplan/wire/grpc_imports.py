"""The calls that make tables from files."""

from __future__ import annotations

from typing import Any

import grpc

from fake_bauplan.catalog.types import DEFAULT_NAMESPACE
from fake_bauplan.errors import BadRequest, NamespaceUnresolved, NotImplementedYet
from fake_bauplan.imports.plan import Target
from fake_bauplan.jobs import Job
from fake_bauplan.refs import MAIN
from fake_bauplan.wire.grpc_base import Calls, answering
from fake_bauplan.wire.proto import commander_pb2 as wire
from fake_bauplan.wire.proto import common_pb2 as common


class ImportCalls(Calls):
    """Each call starts one job; what goes wrong later is told by the job."""

    @answering
    def TableCreatePlan(  # noqa: N802
        self, request: wire.TableCreatePlanRequest, context: grpc.ServicerContext
    ) -> wire.TableCreatePlanResponse:
        """Look at files and plan a table for them."""
        user, target = self.user(context), _target(request, request.table_replace)
        job = self.commander.import_job(
            "TABLE_PLAN_CREATE",
            user,
            target.branch,
            lambda job: self.commander.imports.plan(
                job, target, request.search_string, request.table_partitioned_by
            ),
        )
        return wire.TableCreatePlanResponse(
            job_response_common=_common(job),
            search_string=request.search_string,
            table_replace=request.table_replace,
            table_partitioned_by=request.table_partitioned_by or None,
            **_echo(job, target),
        )

    @answering
    def TableCreatePlanApply(  # noqa: N802
        self, request: wire.TableCreatePlanApplyRequest, context: grpc.ServicerContext
    ) -> wire.TableCreatePlanApplyResponse:
        """Make the table of a plan."""
        user = self.user(context)
        job = self.commander.import_job(
            "TABLE_PLAN_CREATE_APPLY",
            user,
            MAIN,
            lambda job: self.commander.imports.apply(job, user, request.plan_yaml),
        )
        return wire.TableCreatePlanApplyResponse(job_response_common=_common(job))

    @answering
    def TableDataImport(  # noqa: N802
        self, request: wire.TableDataImportRequest, context: grpc.ServicerContext
    ) -> wire.TableDataImportResponse:
        """Append the rows of files to a table."""
        if request.transformation_query:
            raise NotImplementedYet("A transformation query of an import")
        user, target = self.user(context), _target(request)
        job = self.commander.import_job(
            "TABLE_DATA_IMPORT",
            user,
            target.branch,
            lambda job: self.commander.imports.load(
                job,
                user,
                target,
                request.search_string,
                duplicates=request.import_duplicate_files,
                best_effort=request.best_effort,
                continue_on_error=request.continue_on_error,
            ),
        )
        return wire.TableDataImportResponse(
            job_response_common=_common(job),
            search_string=request.search_string,
            import_duplicate_files=request.import_duplicate_files,
            best_effort=request.best_effort,
            continue_on_error=request.continue_on_error,
            preview=request.preview,
            **_echo(job, target),
        )

    @answering
    def ExternalTableCreate(  # noqa: N802
        self, request: wire.ExternalTableCreateRequest, context: grpc.ServicerContext
    ) -> wire.ExternalTableCreateResponse:
        """Make a read-only table of Parquet files."""
        searches = list(request.input_files.uris)
        if not searches:
            raise BadRequest("an external table needs at least one search pattern")
        user, target = self.user(context), _target(request, request.overwrite)
        job = self.commander.import_job(
            "EXTERNAL_TABLE_CREATE",
            user,
            target.branch,
            lambda job: self.commander.imports.external(job, user, target, searches),
        )
        return wire.ExternalTableCreateResponse(
            job_response_common=_common(job), **_echo(job, target)
        )


def _target(request: Any, replace: bool = False) -> Target:
    """The table that is meant; its name may carry the namespace."""
    namespace, _, name = request.table_name.rpartition(".")
    if namespace and request.namespace and namespace != request.namespace:
        raise NamespaceUnresolved(request.table_name, request.namespace)
    found = namespace or request.namespace or DEFAULT_NAMESPACE
    return Target(request.branch_name or MAIN, found, name, replace)


def _common(job: Job) -> common.JobResponseCommon:
    return common.JobResponseCommon(job_id=job.id, username=job.user)


def _echo(job: Job, target: Target) -> dict[str, str]:
    return {
        "branch_name": target.branch,
        "table_name": target.name,
        "namespace": target.namespace,
        "user_branch_prefix": f"{job.user}.",
    }
