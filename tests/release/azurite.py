"""Azurite, Microsoft's emulator of Azure's blobs, where it is installed: npm install azurite, or AZURITE=PATH."""

import base64
import hashlib
import hmac
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from email.utils import formatdate

ACCOUNT = "devstoreaccount1"
# The account and its key are the emulator's own, published by Microsoft; they open nothing else.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-08-06"


def find_azurite() -> str | None:
    """Return the path of the emulator, or None."""
    return os.environ.get("AZURITE") or shutil.which("azurite-blob")


@contextmanager
def serve_azurite():
    """Run the emulator on a free port of loopback, in memory, until the block ends; gives its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [find_azurite(), "--silent", "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck",
         "--blobHost", "127.0.0.1", "--blobPort", str(port)],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def create_container(url: str, name: str) -> None:
    """Create a container, by a request signed as Azure asks; obstore has no call for it."""
    date = formatdate(usegmt=True)
    path = f"/{ACCOUNT}/{name}"
    signed = "PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:{VERSION}\n/{ACCOUNT}{path}\nrestype:container"
    digest = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    headers = {
        "x-ms-date": date, "x-ms-version": VERSION, "Content-Length": "0",
        "Authorization": f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}",
    }  # fmt: skip
    request = urllib.request.Request(f"{url}{path}?restype=container", method="PUT", headers=headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201
