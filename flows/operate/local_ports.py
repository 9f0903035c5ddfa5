"""Ports of `make ui` on the loopback address: the one that was asked for, else the first that is free."""

import os
import socket
from collections.abc import Callable
from typing import Final

HOST: Final = "127.0.0.1"
FIRST_PORT: Final = 4200
_MAX_PORT: Final = 65_535
# The reports' port above the server's.
_REPORTS_PORT: Final = 1000


class PortError(Exception):
    """A port cannot be used; the message says which, and what to do."""


def parse_port(words: str) -> int | None:
    """Parse the port that was asked for; None for an empty one. Raises PortError."""
    if words and not (words.isdecimal() and 1 <= int(words[:9]) <= _MAX_PORT):
        raise PortError(f"PORT is {words!r}; a number from 1 to {_MAX_PORT} was expected, as PORT={FIRST_PORT}.")
    return int(words) if words else None


def choose_port(requested: int | None, notice_callback: Callable[[str], None]) -> int:
    """Return the port that was asked for, else the first free one from 4200 on. Raises PortError."""
    if requested is not None:
        if not _is_port_free(requested):
            raise PortError(f"Port {requested} is taken: stop what listens there, or name another with PORT=.")
        return requested
    free_port = next((port for port in range(FIRST_PORT, FIRST_PORT + 50) if _is_port_free(port)), None)
    if free_port is None:
        raise PortError(f"No port from {FIRST_PORT} to {FIRST_PORT + 49} is free: name one with PORT=.")
    if free_port != FIRST_PORT:
        notice_callback(
            f"Port {FIRST_PORT} is taken, perhaps by another Prefect server, which is left alone; taking {free_port}."
        )
    return free_port


def choose_reports_address(server_port: int | None) -> tuple[str, int]:
    """Return host and port of the reports: KLIPING_REPORTS_BIND, else a port that keeps links alive, else any.

    Raises PortError.
    """
    if bind := os.environ.get("KLIPING_REPORTS_BIND"):
        host, _, port = bind.rpartition(":")
        if not host or not port.isdecimal():
            raise PortError(f"KLIPING_REPORTS_BIND is {bind!r}; host:port was expected, as 127.0.0.1:5200.")
        return host, int(port)
    preferred = (server_port or FIRST_PORT) + _REPORTS_PORT
    return HOST, preferred if preferred <= _MAX_PORT and _is_port_free(preferred) else 0


def _is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
