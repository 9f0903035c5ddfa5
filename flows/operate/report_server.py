"""A small server of reports on loopback: report.html of releases and refused runs, index.html of datasets, no more.

The path of a URL is the path of the file, under whatever prefix a reverse proxy puts before it. Only pages under the
roots or under the mirrors of object stores are given, and only to requests whose Host names this server: a page of
another site whose name was made to lead to this machine (DNS rebinding) is refused.
"""

import ipaddress
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final, cast
from urllib.parse import unquote, urlsplit

from flows import allowed_roots
from flows.operate.local_ports import PortError
from flows.settings import ROOT

# The pages' own policy names the digests of their style and script; this one keeps them from any other place.
_PAGE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
_FOLDERS: Final = frozenset({"releases", "refused"})
PREFIX: Final = "/reports"
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,255}?)\.?(?::[0-9]{1,5})?")


class ReportHandler(BaseHTTPRequestHandler):
    """Handler of GET requests for reports and indexes."""

    def do_GET(self) -> None:
        """Send the page at the path of the URL; 404 for what is no report under the roots, 421 for another Host."""
        hosts = self.headers.get_all("Host") or []
        if len(hosts) != 1 or not _names_server(hosts[0], cast(tuple[str, int], self.server.server_address)[0]):
            self.send_error(421, "The Host of the request is not this server: name it in KLIPING_REPORTS")
            return
        path = Path(unquote(self.path.partition("?")[0]).removeprefix(PREFIX))
        try:
            page = path.read_bytes() if _is_page(path) else None
        except (OSError, ValueError):  # no path of a file holds a null byte
            page = None
        if page is None:
            self.send_error(404, "There is no such report")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", _PAGE_POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _names_server(host: str, bind_address: str) -> bool:
    """Return whether a Host names this machine's loopback, the address listened on, or that in KLIPING_REPORTS.

    Where all addresses are listened on, any address is right: it is no name that could lead elsewhere.
    """
    matched = _HOST.fullmatch(host.strip())
    if matched is None:
        return False
    name = matched[1].strip("[]").lower()
    reports_host = urlsplit(os.environ.get("KLIPING_REPORTS", "")).hostname
    if name in ("localhost", bind_address.lower(), reports_host):
        return True
    try:
        address = ipaddress.ip_address(name)
        return address.is_loopback or ipaddress.ip_address(bind_address).is_unspecified
    except ValueError:
        return False


def _is_page(path: Path) -> bool:
    """Return whether a path is a page of a dataset under the roots or under a mirror of a store."""
    is_report = path.name == "report.html" and path.parent.parent.name in _FOLDERS
    is_index = path.name == "index.html" and (path.parent / "versions.json").is_file()
    if not (is_report or is_index):
        return False
    stores = Path(os.environ.get("KLIPING_STORES") or ROOT / ".stores").resolve()
    return path.resolve().is_relative_to(stores) or not allowed_roots.explain_outside_roots(str(path))


@contextmanager
def serve_reports(host: str, port: int) -> Iterator[str]:
    """Serve reports in a thread, at this port or (0) at any; yield the address under which links name them.

    KLIPING_REPORTS is that address where a reverse proxy stands before this server. Raises PortError.
    """
    try:
        server = ThreadingHTTPServer((host, port), ReportHandler)
    except (OSError, OverflowError) as error:
        raise PortError(
            f"Reports cannot be served at {host}:{port} ({error}): name an address of this machine and a free port in "
            "KLIPING_REPORTS_BIND, as 127.0.0.1:5200."
        ) from None
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield os.environ.get("KLIPING_REPORTS") or f"http://{host}:{server.server_address[1]}{PREFIX}"
        finally:
            server.shutdown()
