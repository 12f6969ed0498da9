"""A network printer: one connection for each job, because printers close idle ones and many take only one at a time."""

import select
import socket
from typing import Any

from printer.conversation import StreamPrinter

CONNECT_WITHIN = 3.0  # seconds


class Socket:
    """A TCP connection as a stream for a conversation."""

    def __init__(self, connection: socket.socket):
        self.connection = connection
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, data: bytes, within: float) -> None:
        self.connection.settimeout(within)
        self.connection.sendall(data)

    def read(self, within: float) -> bytes:
        if not select.select([self.connection], [], [], within)[0]:
            return b""
        if not (data := self.connection.recv(64)):
            raise EOFError("the printer closed the connection")
        return data

    def close(self) -> None:
        self.connection.close()


def tcp_printer(host: str, port: int, **options: Any) -> StreamPrinter:
    """The printer at `host`:`port` (9100 by custom); `options` as StreamPrinter takes them."""
    return StreamPrinter(lambda: Socket(socket.create_connection((host, port), CONNECT_WITHIN)), **options)
