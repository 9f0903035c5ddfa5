"""pip-audit over requirements-dev.lock without a network, against the advisories that are kept beside this file.

    python -m tests.faults.advisories PIP_AUDIT

PIP_AUDIT is the program. It asks a server on loopback that answers as api.osv.dev does, from advisories.json: what was
known of the packages of the lock on the day that it states. `make audit` asks a service that knows more; this is for
where none answers, and it finds a lock that falls back to a version known to be weak. Ends with pip-audit's code.
"""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from packaging.version import Version

from flows.settings import ROOT

KEPT: Final = Path(__file__).with_name("advisories.json")

Advisory = dict[str, str]


def kept() -> dict[str, Any]:
    """`until`, the day of the newest advisory; `packages`, the advisories of each by its name."""
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def affects(advisory: Advisory, version: str) -> bool:
    """Whether a version lies in the range of an advisory."""
    own = Version(version)
    if own < Version(advisory["introduced"]):
        return False
    return own < Version(advisory["fixed"]) if "fixed" in advisory else own <= Version(advisory["last_affected"])


def answer(packages: dict[str, list[Advisory]], asked: dict[str, Any]) -> dict[str, Any]:
    """What a service answers to a query for a package of one version."""
    name = asked["package"]["name"]
    hit = [each for each in packages.get(name, []) if affects(each, asked["version"])]
    package = {"name": name, "ecosystem": "PyPI"}
    vulns = []
    for each in hit:
        events = [{word: each[word]} for word in ("introduced", "fixed", "last_affected") if word in each]
        affected = [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}]
        vulns.append({"id": each["id"], "summary": "see the advisory", "affected": affected})
    return {"vulns": vulns} if vulns else {}


def main() -> int:
    """Serve, and have pip-audit ask."""
    known = kept()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = json.dumps(answer(known["packages"], asked)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1/query"
        command = [
            sys.argv[1],
            "-r",
            "requirements-dev.lock",
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
        ]
        code = subprocess.run([*command, "-s", "osv", "--osv-url", url], cwd=ROOT, check=False, timeout=300).returncode
        server.shutdown()
    count = len({each["id"] for every in known["packages"].values() for each in every})
    print(f"audited offline: {count} advisories of {len(known['packages'])} packages, until {known['until']}")
    return code


if __name__ == "__main__":
    sys.exit(main())
