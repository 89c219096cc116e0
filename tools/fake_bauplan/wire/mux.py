"""One port, two protocols: first bytes tell gRPC (HTTP/2) from REST (HTTP/1.1)."""

from __future__ import annotations

import selectors
import socket
import struct

PREFACE = b"PRI"
CHUNK = 1 << 16
FIRST_BYTES_SECONDS = 30


def is_http2(connection: socket.socket) -> bool:
    """Whether an HTTP/2 connection begins; takes nothing off the socket.

    A client that sends nothing is given up after a while: then it is no HTTP/2.
    """
    wait = struct.pack("ll", FIRST_BYTES_SECONDS, 0)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
    try:
        first = connection.recv(len(PREFACE), socket.MSG_PEEK | socket.MSG_WAITALL)
    except BlockingIOError:
        return False
    return first == PREFACE


def join(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side ends for good."""
    with selectors.DefaultSelector() as selector:
        for source, target in ((one, other), (other, one)):
            selector.register(source, selectors.EVENT_READ, (source, target))
        while True:
            for key, _ in selector.select():
                if not _carry(*key.data):
                    return


def _carry(source: socket.socket, target: socket.socket) -> bool:
    try:
        content = source.recv(CHUNK)
        target.sendall(content)
    except OSError:
        return False
    return bool(content)
