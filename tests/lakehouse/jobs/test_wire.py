"""The interface files, the code made from them, and the service that answers."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import descriptor_pb2
from pyarrow import flight

from fake_bauplan.runs.plan import RunRequest
from fake_bauplan.wire import generate
from fake_bauplan.wire.grpc_service import Backend
from fake_bauplan.wire.proto import commander_pb2, common_pb2, events_pb2
from fake_bauplan.wire.proto.commander_pb2_grpc import V2CommanderServiceStub

MADE = {
    "common.proto": common_pb2,
    "events.proto": events_pb2,
    "commander.proto": commander_pb2,
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The interface files as the compiler reads them now."""
    found = descriptor_pb2.FileDescriptorSet.FromString(
        generate.descriptors(tmp_path_factory.mktemp("wire") / "all")
    )
    return {file.name: file for file in found.file}


@pytest.mark.parametrize("source", MADE)
def test_the_committed_code_is_what_the_interface_files_say(compiled, source) -> None:
    committed = descriptor_pb2.FileDescriptorProto.FromString(MADE[source].DESCRIPTOR.serialized_pb)
    assert _lines(committed) == _lines(compiled[source])


def _lines(described) -> list[str]:
    """A description without the JSON names, which the generated code leaves out."""
    return [line for line in str(described).splitlines() if "json_name" not in line]


@pytest.fixture
def backend(lakehouse):
    running = Backend(lakehouse)
    yield running
    running.stop()


@pytest.fixture
def stub(backend):
    with grpc.insecure_channel("{}:{}".format(*backend.address)) as channel:
        yield V2CommanderServiceStub(channel)


@pytest.fixture
def key(lakehouse):
    return (("authorization", f"Bearer {lakehouse.key}"),)


@pytest.mark.parametrize(
    "header", [(), (("authorization", "Bearer no"),), (("authorization", "x"),)]
)
def test_every_call_needs_a_known_key(stub, header) -> None:
    for call in commander_pb2.DESCRIPTOR.services_by_name["V2CommanderService"].methods:
        request = getattr(commander_pb2, call.input_type.name)()
        if call.name == "ExternalTableCreate":
            request.input_files.uris.append("s3://bucket/*")
        assert _code(getattr(stub, call.name), request, header) == UNKNOWN_CALLER, call.name


UNKNOWN_CALLER = grpc.StatusCode.UNAUTHENTICATED


def _code(call, request, header):
    """How a call ends, also one that streams."""
    with pytest.raises(grpc.RpcError) as refused:
        list(call(request, metadata=header))
    return refused.value.code()


def test_an_oversized_request_is_refused(stub, key) -> None:
    request = commander_pb2.CodeSnapshotRunRequest(zip_file=b"x" * (65 << 20))
    with pytest.raises(grpc.RpcError) as refused:
        stub.CodeSnapshotRun(request, metadata=key)
    assert refused.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("strict", "maybe", "strict must be 'on' or 'off'"),
        ("preview", "all", "preview must be one of"),
        ("zip_file", b"junk", "no zip file"),
        ("ref", "demo.gone", "'demo.gone' not found"),
    ],
)
def test_a_malformed_run_is_one_clear_error(stub, key, field, value, says) -> None:
    request = commander_pb2.CodeSnapshotRunRequest(**{"ref": "demo.dev", field: value})
    with pytest.raises(grpc.RpcError) as refused:
        stub.CodeSnapshotRun(request, metadata=key)
    assert says in refused.value.details()


def test_secrets_are_refused_and_never_taken_for_text(stub, key) -> None:
    request = commander_pb2.CodeSnapshotRunRequest(ref="demo.dev")
    request.parameters.add(name="token").secret_value.value = "x"
    with pytest.raises(grpc.RpcError) as refused:
        stub.CodeSnapshotRun(request, metadata=key)
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED


def ready(stub, key, sql: str = "SELECT id FROM trips ORDER BY id"):
    """The event that says where a query's result is."""
    job = stub.QueryRun(commander_pb2.QueryRunRequest(sql_query=sql), metadata=key)
    request = commander_pb2.SubscribeLogsRequest(job_id=job.job_response_common.job_id)
    events = [answer.runner_event for answer in stub.SubscribeLogs(request, metadata=key)]
    assert events[-1].job_completion.HasField("success")
    return events[0].flight_server_start


def test_a_result_is_fetched_with_its_own_token_only_and_shutdown_forgets_it(stub, key) -> None:
    one, other = ready(stub, key), ready(stub, key, "SELECT 7 AS seven")
    client = flight.connect(one.endpoint.replace("http", "grpc"))

    def call(token: str) -> flight.FlightCallOptions:
        return flight.FlightCallOptions(headers=[(b"authorization", f"Bearer {token}".encode())])

    def fetch(token: str, criteria: bytes = b""):
        info = next(iter(client.list_flights(criteria, call(token))))
        return client.do_get(info.endpoints[0].ticket, call(token)).read_all()

    assert fetch(one.magic_token)["id"].to_pylist() == [1, 2, 3, 4]
    assert fetch(one.magic_token, b'{"max_rows": 2}')["id"].to_pylist() == [1, 2]
    with pytest.raises(flight.FlightUnauthorizedError):
        fetch("guess")
    list(client.do_action(flight.Action("shutdown", b""), call(one.magic_token)))
    with pytest.raises(flight.FlightUnauthorizedError):
        fetch(one.magic_token)
    assert fetch(other.magic_token)["seven"].to_pylist() == [7], "the server goes on"
    client.close()


def test_a_rerun_executes_the_stored_code_again(commander, lakehouse, run, text) -> None:
    first = run({"models.py": text.HEAD + text.model("clean", options=text.REPLACE)})
    again = commander.rerun(lakehouse.owner, first.job.id, RunRequest(b"", ref="demo.dev"))
    ended = commander.wait(again.id)
    assert (ended.status, ended.snapshot) == ("COMPLETE", first.job.snapshot)
    assert ended.id != first.job.id
