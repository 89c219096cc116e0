import datetime

from fake_bauplan.wire.proto import common_pb2 as _common_pb2
from fake_bauplan.wire.proto import events_pb2 as _events_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetBauplanInfoRequest(_message.Message):
    __slots__ = ("api_key",)
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    api_key: str
    def __init__(self, api_key: _Optional[str] = ...) -> None: ...

class RunnerNodeInfo(_message.Message):
    __slots__ = ("public_key", "hostname")
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    HOSTNAME_FIELD_NUMBER: _ClassVar[int]
    public_key: str
    hostname: str
    def __init__(self, public_key: _Optional[str] = ..., hostname: _Optional[str] = ...) -> None: ...

class OrganizationInfo(_message.Message):
    __slots__ = ("id", "name", "slug", "default_parameter_secret_key", "default_parameter_secret_public_key")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_PARAMETER_SECRET_KEY_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_PARAMETER_SECRET_PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    slug: str
    default_parameter_secret_key: str
    default_parameter_secret_public_key: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., slug: _Optional[str] = ..., default_parameter_secret_key: _Optional[str] = ..., default_parameter_secret_public_key: _Optional[str] = ...) -> None: ...

class UserInfo(_message.Message):
    __slots__ = ("id", "username", "first_name", "last_name")
    ID_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_NAME_FIELD_NUMBER: _ClassVar[int]
    LAST_NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    username: str
    first_name: str
    last_name: str
    def __init__(self, id: _Optional[str] = ..., username: _Optional[str] = ..., first_name: _Optional[str] = ..., last_name: _Optional[str] = ...) -> None: ...

class GetBauplanInfoResponse(_message.Message):
    __slots__ = ("runners", "user", "client_version", "server_version", "organization_info", "user_info")
    RUNNERS_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    CLIENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    SERVER_VERSION_FIELD_NUMBER: _ClassVar[int]
    ORGANIZATION_INFO_FIELD_NUMBER: _ClassVar[int]
    USER_INFO_FIELD_NUMBER: _ClassVar[int]
    runners: _containers.RepeatedCompositeFieldContainer[RunnerNodeInfo]
    user: str
    client_version: str
    server_version: str
    organization_info: OrganizationInfo
    user_info: UserInfo
    def __init__(self, runners: _Optional[_Iterable[_Union[RunnerNodeInfo, _Mapping]]] = ..., user: _Optional[str] = ..., client_version: _Optional[str] = ..., server_version: _Optional[str] = ..., organization_info: _Optional[_Union[OrganizationInfo, _Mapping]] = ..., user_info: _Optional[_Union[UserInfo, _Mapping]] = ...) -> None: ...

class GetJobsRequest(_message.Message):
    __slots__ = ("job_ids", "all_users", "filter_users", "filter_kind", "filter_status", "filter_created_after", "filter_created_before", "filter_kinds", "filter_statuses", "max_records", "pagination_token")
    JOB_IDS_FIELD_NUMBER: _ClassVar[int]
    ALL_USERS_FIELD_NUMBER: _ClassVar[int]
    FILTER_USERS_FIELD_NUMBER: _ClassVar[int]
    FILTER_KIND_FIELD_NUMBER: _ClassVar[int]
    FILTER_STATUS_FIELD_NUMBER: _ClassVar[int]
    FILTER_CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    FILTER_CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    FILTER_KINDS_FIELD_NUMBER: _ClassVar[int]
    FILTER_STATUSES_FIELD_NUMBER: _ClassVar[int]
    MAX_RECORDS_FIELD_NUMBER: _ClassVar[int]
    PAGINATION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    job_ids: _containers.RepeatedScalarFieldContainer[str]
    all_users: bool
    filter_users: _containers.RepeatedScalarFieldContainer[str]
    filter_kind: _common_pb2.JobKind
    filter_status: _common_pb2.JobStateType
    filter_created_after: _timestamp_pb2.Timestamp
    filter_created_before: _timestamp_pb2.Timestamp
    filter_kinds: _containers.RepeatedScalarFieldContainer[_common_pb2.JobKind]
    filter_statuses: _containers.RepeatedScalarFieldContainer[_common_pb2.JobStateType]
    max_records: int
    pagination_token: str
    def __init__(self, job_ids: _Optional[_Iterable[str]] = ..., all_users: _Optional[bool] = ..., filter_users: _Optional[_Iterable[str]] = ..., filter_kind: _Optional[_Union[_common_pb2.JobKind, str]] = ..., filter_status: _Optional[_Union[_common_pb2.JobStateType, str]] = ..., filter_created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., filter_created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., filter_kinds: _Optional[_Iterable[_Union[_common_pb2.JobKind, str]]] = ..., filter_statuses: _Optional[_Iterable[_Union[_common_pb2.JobStateType, str]]] = ..., max_records: _Optional[int] = ..., pagination_token: _Optional[str] = ...) -> None: ...

class GetJobsResponse(_message.Message):
    __slots__ = ("jobs", "pagination_token")
    JOBS_FIELD_NUMBER: _ClassVar[int]
    PAGINATION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[_common_pb2.JobInfo]
    pagination_token: str
    def __init__(self, jobs: _Optional[_Iterable[_Union[_common_pb2.JobInfo, _Mapping]]] = ..., pagination_token: _Optional[str] = ...) -> None: ...

class GetLogsRequest(_message.Message):
    __slots__ = ("job_id", "start", "end", "limit")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    start: int
    end: int
    limit: int
    def __init__(self, job_id: _Optional[str] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., limit: _Optional[int] = ...) -> None: ...

class GetLogsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_events_pb2.RunnerEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[_events_pb2.RunnerEvent, _Mapping]]] = ...) -> None: ...

class BauplanRef(_message.Message):
    __slots__ = ("name", "hash")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    name: str
    hash: str
    def __init__(self, name: _Optional[str] = ..., hash: _Optional[str] = ...) -> None: ...

class ModelNode(_message.Message):
    __slots__ = ("model_id", "model_name")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    model_name: str
    def __init__(self, model_id: _Optional[str] = ..., model_name: _Optional[str] = ...) -> None: ...

class ModelEdge(_message.Message):
    __slots__ = ("source_id", "destination_id")
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_ID_FIELD_NUMBER: _ClassVar[int]
    source_id: str
    destination_id: str
    def __init__(self, source_id: _Optional[str] = ..., destination_id: _Optional[str] = ...) -> None: ...

class JobContext(_message.Message):
    __slots__ = ("job_id", "project_id", "project_name", "ref", "branch", "code_snapshot", "job_events", "transaction_branch", "models", "model_deps", "error_message", "sql_query")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    CODE_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    JOB_EVENTS_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_BRANCH_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    MODEL_DEPS_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SQL_QUERY_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    project_id: str
    project_name: str
    ref: str
    branch: str
    code_snapshot: bytes
    job_events: _containers.RepeatedCompositeFieldContainer[_events_pb2.RunnerEvent]
    transaction_branch: BauplanRef
    models: _containers.RepeatedCompositeFieldContainer[ModelNode]
    model_deps: _containers.RepeatedCompositeFieldContainer[ModelEdge]
    error_message: str
    sql_query: str
    def __init__(self, job_id: _Optional[str] = ..., project_id: _Optional[str] = ..., project_name: _Optional[str] = ..., ref: _Optional[str] = ..., branch: _Optional[str] = ..., code_snapshot: _Optional[bytes] = ..., job_events: _Optional[_Iterable[_Union[_events_pb2.RunnerEvent, _Mapping]]] = ..., transaction_branch: _Optional[_Union[BauplanRef, _Mapping]] = ..., models: _Optional[_Iterable[_Union[ModelNode, _Mapping]]] = ..., model_deps: _Optional[_Iterable[_Union[ModelEdge, _Mapping]]] = ..., error_message: _Optional[str] = ..., sql_query: _Optional[str] = ...) -> None: ...

class JobError(_message.Message):
    __slots__ = ("job_id", "error_msg", "error_code", "error_type")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    ERROR_MSG_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    ERROR_TYPE_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    error_msg: str
    error_code: int
    error_type: str
    def __init__(self, job_id: _Optional[str] = ..., error_msg: _Optional[str] = ..., error_code: _Optional[int] = ..., error_type: _Optional[str] = ...) -> None: ...

class GetJobContextRequest(_message.Message):
    __slots__ = ("job_ids", "start", "end", "limit", "include_logs", "include_snapshot")
    JOB_IDS_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_LOGS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    job_ids: _containers.RepeatedScalarFieldContainer[str]
    start: int
    end: int
    limit: int
    include_logs: bool
    include_snapshot: bool
    def __init__(self, job_ids: _Optional[_Iterable[str]] = ..., start: _Optional[int] = ..., end: _Optional[int] = ..., limit: _Optional[int] = ..., include_logs: _Optional[bool] = ..., include_snapshot: _Optional[bool] = ...) -> None: ...

class GetJobContextResponse(_message.Message):
    __slots__ = ("job_contexts", "errors")
    JOB_CONTEXTS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    job_contexts: _containers.RepeatedCompositeFieldContainer[JobContext]
    errors: _containers.RepeatedCompositeFieldContainer[JobError]
    def __init__(self, job_contexts: _Optional[_Iterable[_Union[JobContext, _Mapping]]] = ..., errors: _Optional[_Iterable[_Union[JobError, _Mapping]]] = ...) -> None: ...

class CodeSnapshotRunRequest(_message.Message):
    __slots__ = ("job_request_common", "zip_file", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview", "project_id", "parameters", "public_key", "project_name")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    ZIP_FILE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    job_request_common: _common_pb2.JobRequestCommon
    zip_file: bytes
    ref: str
    namespace: str
    dry_run: _common_pb2.JobRequestOptionalBool
    transaction: str
    strict: str
    cache: str
    preview: str
    project_id: str
    parameters: _containers.RepeatedCompositeFieldContainer[_common_pb2.Parameter]
    public_key: str
    project_name: str
    def __init__(self, job_request_common: _Optional[_Union[_common_pb2.JobRequestCommon, _Mapping]] = ..., zip_file: _Optional[bytes] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[_Union[_common_pb2.JobRequestOptionalBool, str]] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ..., project_id: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[_common_pb2.Parameter, _Mapping]]] = ..., public_key: _Optional[str] = ..., project_name: _Optional[str] = ...) -> None: ...

class CodeSnapshotRunResponse(_message.Message):
    __slots__ = ("job_response_common", "snapshot_id", "snapshot_uri", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview", "user_branch_prefix", "project_id", "parameters", "public_key", "dag_ascii", "project_name")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_ID_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_URI_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    DAG_ASCII_FIELD_NUMBER: _ClassVar[int]
    PROJECT_NAME_FIELD_NUMBER: _ClassVar[int]
    job_response_common: _common_pb2.JobResponseCommon
    snapshot_id: str
    snapshot_uri: str
    ref: str
    namespace: str
    dry_run: bool
    transaction: str
    strict: str
    cache: str
    preview: str
    user_branch_prefix: str
    project_id: str
    parameters: _containers.RepeatedCompositeFieldContainer[_common_pb2.Parameter]
    public_key: str
    dag_ascii: str
    project_name: str
    def __init__(self, job_response_common: _Optional[_Union[_common_pb2.JobResponseCommon, _Mapping]] = ..., snapshot_id: _Optional[str] = ..., snapshot_uri: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[bool] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ..., project_id: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[_common_pb2.Parameter, _Mapping]]] = ..., public_key: _Optional[str] = ..., dag_ascii: _Optional[str] = ..., project_name: _Optional[str] = ...) -> None: ...

class CodeSnapshotReRunRequest(_message.Message):
    __slots__ = ("job_request_common", "re_run_job_id", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    RE_RUN_JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    job_request_common: _common_pb2.JobRequestCommon
    re_run_job_id: str
    ref: str
    namespace: str
    dry_run: _common_pb2.JobRequestOptionalBool
    transaction: str
    strict: str
    cache: str
    preview: str
    def __init__(self, job_request_common: _Optional[_Union[_common_pb2.JobRequestCommon, _Mapping]] = ..., re_run_job_id: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[_Union[_common_pb2.JobRequestOptionalBool, str]] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ...) -> None: ...

class CodeSnapshotReRunResponse(_message.Message):
    __slots__ = ("job_response_common", "re_run_job_id", "ref", "namespace", "dry_run", "transaction", "strict", "cache", "preview", "user_branch_prefix")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    RE_RUN_JOB_ID_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    job_response_common: _common_pb2.JobResponseCommon
    re_run_job_id: str
    ref: str
    namespace: str
    dry_run: bool
    transaction: str
    strict: str
    cache: str
    preview: str
    user_branch_prefix: str
    def __init__(self, job_response_common: _Optional[_Union[_common_pb2.JobResponseCommon, _Mapping]] = ..., re_run_job_id: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., dry_run: _Optional[bool] = ..., transaction: _Optional[str] = ..., strict: _Optional[str] = ..., cache: _Optional[str] = ..., preview: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ...) -> None: ...

class QueryRunRequest(_message.Message):
    __slots__ = ("job_request_common", "ref", "sql_query", "cache", "namespace")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    SQL_QUERY_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    job_request_common: _common_pb2.JobRequestCommon
    ref: str
    sql_query: str
    cache: str
    namespace: str
    def __init__(self, job_request_common: _Optional[_Union[_common_pb2.JobRequestCommon, _Mapping]] = ..., ref: _Optional[str] = ..., sql_query: _Optional[str] = ..., cache: _Optional[str] = ..., namespace: _Optional[str] = ...) -> None: ...

class QueryRunResponse(_message.Message):
    __slots__ = ("job_response_common", "sql_query", "ref", "namespace", "cache", "result_artifact")
    class QueryResultArtifact(_message.Message):
        __slots__ = ("artifact_id", "server_public_key", "auth_token")
        ARTIFACT_ID_FIELD_NUMBER: _ClassVar[int]
        SERVER_PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
        AUTH_TOKEN_FIELD_NUMBER: _ClassVar[int]
        artifact_id: str
        server_public_key: bytes
        auth_token: str
        def __init__(self, artifact_id: _Optional[str] = ..., server_public_key: _Optional[bytes] = ..., auth_token: _Optional[str] = ...) -> None: ...
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    SQL_QUERY_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    CACHE_FIELD_NUMBER: _ClassVar[int]
    RESULT_ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    job_response_common: _common_pb2.JobResponseCommon
    sql_query: str
    ref: str
    namespace: str
    cache: str
    result_artifact: QueryRunResponse.QueryResultArtifact
    def __init__(self, job_response_common: _Optional[_Union[_common_pb2.JobResponseCommon, _Mapping]] = ..., sql_query: _Optional[str] = ..., ref: _Optional[str] = ..., namespace: _Optional[str] = ..., cache: _Optional[str] = ..., result_artifact: _Optional[_Union[QueryRunResponse.QueryResultArtifact, _Mapping]] = ...) -> None: ...

class TableCreatePlanRequest(_message.Message):
    __slots__ = ("job_request_common", "branch_name", "table_name", "namespace", "search_string", "table_replace", "table_partitioned_by")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    TABLE_REPLACE_FIELD_NUMBER: _ClassVar[int]
    TABLE_PARTITIONED_BY_FIELD_NUMBER: _ClassVar[int]
    job_request_common: _common_pb2.JobRequestCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    table_replace: bool
    table_partitioned_by: str
    def __init__(self, job_request_common: _Optional[_Union[_common_pb2.JobRequestCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., table_replace: _Optional[bool] = ..., table_partitioned_by: _Optional[str] = ...) -> None: ...

class TableCreatePlanResponse(_message.Message):
    __slots__ = ("job_response_common", "branch_name", "table_name", "namespace", "search_string", "table_replace", "user_branch_prefix", "table_partitioned_by")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    TABLE_REPLACE_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    TABLE_PARTITIONED_BY_FIELD_NUMBER: _ClassVar[int]
    job_response_common: _common_pb2.JobResponseCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    table_replace: bool
    user_branch_prefix: str
    table_partitioned_by: str
    def __init__(self, job_response_common: _Optional[_Union[_common_pb2.JobResponseCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., table_replace: _Optional[bool] = ..., user_branch_prefix: _Optional[str] = ..., table_partitioned_by: _Optional[str] = ...) -> None: ...

class TableCreatePlanApplyRequest(_message.Message):
    __slots__ = ("job_request_common", "plan_yaml")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    PLAN_YAML_FIELD_NUMBER: _ClassVar[int]
    job_request_common: _common_pb2.JobRequestCommon
    plan_yaml: str
    def __init__(self, job_request_common: _Optional[_Union[_common_pb2.JobRequestCommon, _Mapping]] = ..., plan_yaml: _Optional[str] = ...) -> None: ...

class TableCreatePlanApplyResponse(_message.Message):
    __slots__ = ("job_response_common",)
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    job_response_common: _common_pb2.JobResponseCommon
    def __init__(self, job_response_common: _Optional[_Union[_common_pb2.JobResponseCommon, _Mapping]] = ...) -> None: ...

class TableDataImportRequest(_message.Message):
    __slots__ = ("job_request_common", "branch_name", "table_name", "namespace", "search_string", "import_duplicate_files", "best_effort", "continue_on_error", "transformation_query", "preview")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    IMPORT_DUPLICATE_FILES_FIELD_NUMBER: _ClassVar[int]
    BEST_EFFORT_FIELD_NUMBER: _ClassVar[int]
    CONTINUE_ON_ERROR_FIELD_NUMBER: _ClassVar[int]
    TRANSFORMATION_QUERY_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    job_request_common: _common_pb2.JobRequestCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    import_duplicate_files: bool
    best_effort: bool
    continue_on_error: bool
    transformation_query: str
    preview: str
    def __init__(self, job_request_common: _Optional[_Union[_common_pb2.JobRequestCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., import_duplicate_files: _Optional[bool] = ..., best_effort: _Optional[bool] = ..., continue_on_error: _Optional[bool] = ..., transformation_query: _Optional[str] = ..., preview: _Optional[str] = ...) -> None: ...

class TableDataImportResponse(_message.Message):
    __slots__ = ("job_response_common", "branch_name", "table_name", "namespace", "search_string", "import_duplicate_files", "best_effort", "continue_on_error", "transformation_query", "preview", "user_branch_prefix")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_STRING_FIELD_NUMBER: _ClassVar[int]
    IMPORT_DUPLICATE_FILES_FIELD_NUMBER: _ClassVar[int]
    BEST_EFFORT_FIELD_NUMBER: _ClassVar[int]
    CONTINUE_ON_ERROR_FIELD_NUMBER: _ClassVar[int]
    TRANSFORMATION_QUERY_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    job_response_common: _common_pb2.JobResponseCommon
    branch_name: str
    table_name: str
    namespace: str
    search_string: str
    import_duplicate_files: bool
    best_effort: bool
    continue_on_error: bool
    transformation_query: str
    preview: str
    user_branch_prefix: str
    def __init__(self, job_response_common: _Optional[_Union[_common_pb2.JobResponseCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., search_string: _Optional[str] = ..., import_duplicate_files: _Optional[bool] = ..., best_effort: _Optional[bool] = ..., continue_on_error: _Optional[bool] = ..., transformation_query: _Optional[str] = ..., preview: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ...) -> None: ...

class SearchUris(_message.Message):
    __slots__ = ("uris",)
    URIS_FIELD_NUMBER: _ClassVar[int]
    uris: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, uris: _Optional[_Iterable[str]] = ...) -> None: ...

class ExternalTableCreateRequest(_message.Message):
    __slots__ = ("job_request_common", "branch_name", "table_name", "namespace", "input_files", "overwrite")
    JOB_REQUEST_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    INPUT_FILES_FIELD_NUMBER: _ClassVar[int]
    OVERWRITE_FIELD_NUMBER: _ClassVar[int]
    job_request_common: _common_pb2.JobRequestCommon
    branch_name: str
    table_name: str
    namespace: str
    input_files: SearchUris
    overwrite: bool
    def __init__(self, job_request_common: _Optional[_Union[_common_pb2.JobRequestCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., input_files: _Optional[_Union[SearchUris, _Mapping]] = ..., overwrite: _Optional[bool] = ...) -> None: ...

class ExternalTableCreateResponse(_message.Message):
    __slots__ = ("job_response_common", "branch_name", "table_name", "namespace", "user_branch_prefix")
    JOB_RESPONSE_COMMON_FIELD_NUMBER: _ClassVar[int]
    BRANCH_NAME_FIELD_NUMBER: _ClassVar[int]
    TABLE_NAME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    USER_BRANCH_PREFIX_FIELD_NUMBER: _ClassVar[int]
    job_response_common: _common_pb2.JobResponseCommon
    branch_name: str
    table_name: str
    namespace: str
    user_branch_prefix: str
    def __init__(self, job_response_common: _Optional[_Union[_common_pb2.JobResponseCommon, _Mapping]] = ..., branch_name: _Optional[str] = ..., table_name: _Optional[str] = ..., namespace: _Optional[str] = ..., user_branch_prefix: _Optional[str] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: _common_pb2.JobId
    def __init__(self, job_id: _Optional[_Union[_common_pb2.JobId, _Mapping]] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("status", "message")
    class CancelStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CANCEL_STATUS_UNSPECIFIED: _ClassVar[CancelJobResponse.CancelStatus]
        CANCEL_STATUS_SUCCESS: _ClassVar[CancelJobResponse.CancelStatus]
        CANCEL_STATUS_FAILURE: _ClassVar[CancelJobResponse.CancelStatus]
    CANCEL_STATUS_UNSPECIFIED: CancelJobResponse.CancelStatus
    CANCEL_STATUS_SUCCESS: CancelJobResponse.CancelStatus
    CANCEL_STATUS_FAILURE: CancelJobResponse.CancelStatus
    STATUS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    status: CancelJobResponse.CancelStatus
    message: str
    def __init__(self, status: _Optional[_Union[CancelJobResponse.CancelStatus, str]] = ..., message: _Optional[str] = ...) -> None: ...

class SubscribeLogsRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class SubscribeLogsResponse(_message.Message):
    __slots__ = ("job_id", "runner_event")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    RUNNER_EVENT_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    runner_event: _events_pb2.RunnerEvent
    def __init__(self, job_id: _Optional[str] = ..., runner_event: _Optional[_Union[_events_pb2.RunnerEvent, _Mapping]] = ...) -> None: ...

class GetSnapshotInfoRequest(_message.Message):
    __slots__ = ("snapshot_sha",)
    SNAPSHOT_SHA_FIELD_NUMBER: _ClassVar[int]
    snapshot_sha: str
    def __init__(self, snapshot_sha: _Optional[str] = ...) -> None: ...

class SnapshotInfo(_message.Message):
    __slots__ = ("snapshot_zip", "created_at")
    SNAPSHOT_ZIP_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    snapshot_zip: bytes
    created_at: _timestamp_pb2.Timestamp
    def __init__(self, snapshot_zip: _Optional[bytes] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetSnapshotInfoResponse(_message.Message):
    __slots__ = ("snapshot_info",)
    SNAPSHOT_INFO_FIELD_NUMBER: _ClassVar[int]
    snapshot_info: SnapshotInfo
    def __init__(self, snapshot_info: _Optional[_Union[SnapshotInfo, _Mapping]] = ...) -> None: ...
