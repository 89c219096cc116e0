"""Python code from the interface files of this folder: `python -m fake_bauplan.wire.generate`.

The `.proto` files say what the public client speaks (package, message and field names, numbers);
they are written here in our own words. The generated code is committed, so that nobody who only
uses the lakehouse needs the compiler.
"""

from __future__ import annotations

import sys
from pathlib import Path

SOURCES = ("common.proto", "events.proto", "commander.proto")
HERE = Path(__file__).parent
PACKAGE = "fake_bauplan.wire.proto"


def generate(target: Path) -> None:
    """Write the generated modules into `target`; raises RuntimeError where protoc fails."""
    target.mkdir(parents=True, exist_ok=True)
    _protoc(f"--python_out={target}", f"--pyi_out={target}", f"--grpc_python_out={target}")
    for path in target.glob("*_pb2*.py*"):
        path.write_text(_absolute(path.read_text(encoding="utf-8")), encoding="utf-8")


def descriptors(target: Path) -> bytes:
    """The interface files as a serialized FileDescriptorSet, written to `target`."""
    _protoc(f"--descriptor_set_out={target}")
    return target.read_bytes()


def _protoc(*outputs: str) -> None:
    from grpc_tools import protoc  # type: ignore[import-untyped]

    include = Path(protoc.__file__).parent / "_proto"
    if protoc.main(["protoc", f"-I{HERE}", f"-I{include}", *outputs, *SOURCES]):
        raise RuntimeError("protoc refused the interface files")


def _absolute(text: str) -> str:
    """The generated code imports its neighbours as top-level modules; make that our package."""
    for source in SOURCES:
        module = source.replace(".proto", "_pb2")
        text = text.replace(f"\nimport {module} as", f"\nfrom {PACKAGE} import {module} as")
    return text


if __name__ == "__main__":
    generate(HERE / "proto")
    print(f"wrote {HERE / 'proto'}", file=sys.stderr)
