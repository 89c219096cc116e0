"""The platform's own errors, as the client knows them: a type, an HTTP status, a context.

Types, statuses and context fields are those that the client parses (source: client, `api/error`).
An error whose context lacks a field degrades to "Unknown error" there, so the fields are fixed
here.
"""

from __future__ import annotations

from typing import Any

from fake_bauplan.refs import Ref


class PlatformError(Exception):
    """What the platform answers instead of data; `context` is what the client branches on."""

    status = 500
    type = "INTERNAL_ERROR"

    def __init__(self, message: str, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    def body(self) -> dict[str, Any]:
        """The JSON object under `error` in an answer."""
        context = {
            key: value.as_json() if isinstance(value, Ref) else value
            for key, value in self.context.items()
        }
        return {"type": self.type, "message": self.message, "context": context}


class BadRequest(PlatformError):
    """A request that cannot be read."""

    status, type = 400, "BAD_REQUEST"


class InvalidRef(PlatformError):
    """A string that is no ref."""

    status, type = 400, "INVALID_REF"

    def __init__(self, input_ref: str, why: str = "") -> None:
        super().__init__(f"Invalid ref {input_ref!r}{why and ': '}{why}", input_ref=input_ref)


class _WrongRef(PlatformError):
    status = 400
    says = ""

    def __init__(self, input_ref: str) -> None:
        super().__init__(f"Ref {input_ref!r} {self.says}", input_ref=input_ref)


class NotABranchRef(_WrongRef):
    """A ref that is not a branch, where only a branch can be read."""

    type, says = "NOT_A_BRANCH_REF", "is not a branch"


class NotATagRef(_WrongRef):
    """A ref that is not a tag."""

    type, says = "NOT_A_TAG_REF", "is not a tag"


class NotAWriteBranchRef(_WrongRef):
    """A write on a tag, a commit or a pinned branch."""

    type, says = "NOT_A_WRITE_BRANCH_REF", "is not a branch that can be written"


class SameRef(PlatformError):
    """Source and destination are the same commit, so there is nothing to do."""

    status, type = 400, "SAME_REF"

    def __init__(self, source: Ref, destination: Ref) -> None:
        super().__init__(
            f"{source} and {destination} are the same commit", input_ref=source, ref=destination
        )


class Unauthorized(PlatformError):
    """A missing or wrong key."""

    status, type = 401, "UNAUTHORIZED"


class Forbidden(PlatformError):
    """A known user who may not do this; `action` names the platform's kind, such as `MERGE`."""

    status = 403

    def __init__(self, action: str, message: str) -> None:
        super().__init__(message)
        self.type = f"{action}_FORBIDDEN" if action else "FORBIDDEN"


class BranchNotFound(PlatformError):
    """No branch of that name."""

    status, type = 404, "BRANCH_NOT_FOUND"

    def __init__(self, branch_name: str) -> None:
        super().__init__(f"Branch {branch_name!r} not found", branch_name=branch_name)


class TagNotFound(PlatformError):
    """No tag of that name."""

    status, type = 404, "TAG_NOT_FOUND"

    def __init__(self, tag_name: str) -> None:
        super().__init__(f"Tag {tag_name!r} not found", tag_name=tag_name)


class RefNotFound(_WrongRef):
    """No branch, tag or commit of that name."""

    status, type, says = 404, "REF_NOT_FOUND", "not found"


class NamespaceNotFound(PlatformError):
    """No namespace of that name at the ref."""

    status, type = 404, "NAMESPACE_NOT_FOUND"

    def __init__(self, namespace: str, ref: Ref) -> None:
        super().__init__(
            f"Namespace {namespace!r} not found in ref {str(ref)!r}",
            namespace_name=namespace,
            input_ref=str(ref),
            ref=ref,
        )


class TableNotFound(PlatformError):
    """No table of that full name at the ref."""

    status, type = 404, "TABLE_NOT_FOUND"

    def __init__(self, table: str, ref: Ref) -> None:
        super().__init__(
            f"Table {table!r} not found in ref {str(ref)!r}",
            table_name=table,
            input_ref=str(ref),
            ref=ref,
        )


class RefExists(PlatformError):
    """A branch or tag of that name exists; branches and tags share their names."""

    status = 409

    def __init__(self, kind: str, name: str, ref: Ref) -> None:
        super().__init__(
            f"{kind.capitalize()} {name!r} already exists", ref=ref, **{f"{kind}_name": name}
        )
        self.type = f"{kind.upper()}_EXISTS"


class NamespaceExists(PlatformError):
    """The namespace is there already."""

    status, type = 409, "NAMESPACE_EXISTS"

    def __init__(self, namespace: str, ref: Ref) -> None:
        super().__init__(
            f"Namespace {namespace!r} already exists in ref {str(ref)!r}",
            namespace_name=namespace,
            ref=ref,
        )


class NamespaceIsNotEmpty(PlatformError):
    """A namespace that still holds tables or namespaces."""

    status, type = 409, "NAMESPACE_IS_NOT_EMPTY"

    def __init__(self, namespace: str, branch: str) -> None:
        super().__init__(
            f"Namespace {namespace!r} is not empty in branch {branch!r}",
            namespace_name=namespace,
            branch_name=branch,
        )


class NamespaceUnresolved(PlatformError):
    """The table's name says one namespace, the request another."""

    status, type = 409, "NAMESPACE_UNRESOLVED"

    def __init__(self, table: str, namespace: str) -> None:
        super().__init__(
            f"Table {table!r} and namespace {namespace!r} do not fit together",
            table_name=table,
            namespace_name=namespace,
        )


class TableExists(PlatformError):
    """A table, or a namespace of that name, is there already."""

    status, type = 409, "TABLE_EXISTS"

    def __init__(self, table: str, ref: Ref) -> None:
        super().__init__(
            f"Table {table!r} already exists in ref {str(ref)!r}", table_name=table, ref=ref
        )


class BranchHeadChanged(PlatformError):
    """Another writer was first: the head is no longer the one that the caller saw."""

    status, type = 409, "BRANCH_HEAD_CHANGED"

    def __init__(self, seen: Ref, head: Ref) -> None:
        super().__init__(
            f"Branch {head.name!r} moved from {seen.hash} to {head.hash}",
            input_ref=seen,
            head_ref=head,
        )


class MergeConflict(PlatformError):
    """Both sides changed the same tables or namespaces since their common commit."""

    status, type = 409, "MERGE_CONFLICT"

    def __init__(self, source: Ref, destination: Ref, keys: list[str]) -> None:
        listed = ", ".join(f"'{key}'" for key in keys)
        super().__init__(
            f'Merge conflict between source branch "{source.name or source}" and destination '
            f'branch "{destination.name}": The following keys have been changed in conflict: '
            f"{listed}",
            source_ref=source,
            destination_ref=destination,
        )
        self.keys = keys


class RevertDestinationTableExists(PlatformError):
    """A revert onto a table that exists, without `replace`."""

    status, type = 409, "REVERT_DESTINATION_TABLE_EXISTS"

    def __init__(self, source_table: str, destination_table: str) -> None:
        super().__init__(
            f"Destination table {destination_table!r} already exists",
            source_table_name=source_table,
            destination_table_name=destination_table,
        )


class RevertIdenticalTable(PlatformError):
    """A revert to the snapshot that is there already."""

    status, type = 409, "REVERT_IDENTICAL_TABLE"

    def __init__(self, source_table: str, destination_table: str) -> None:
        super().__init__(
            f"Tables {source_table!r} and {destination_table!r} have the same snapshot",
            source_table_name=source_table,
            destination_table_name=destination_table,
        )


class NotImplementedYet(PlatformError):
    """A call that this fake does not implement: an error, never a false success."""

    status, type = 501, "NOT_IMPLEMENTED"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not implemented by the fake lakehouse")
