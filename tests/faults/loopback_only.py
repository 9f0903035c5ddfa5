"""What Kliping is made of, and whom it talks to: nobody.

    python -m tests.faults.loopback_only [--strace]     licences, and the whole path in a namespace with loopback alone
    python -m tests.faults.loopback_only --licences        print the table of docs/reference/licences.md

`pip-audit` asks a service on the network, so it is a command of its own: `make audit`. Here: every package of
requirements-dev.lock names a licence that lets us use and pass it on; the page lists it. Then seeds are
published through the Prefect flow, verified and made again in a network namespace that has nothing but loopback, while
each process notes whom it would speak to: a name that it looks up, or an address other than loopback, is a violation.
With --strace the system calls are listened to as well, which also hears libraries that are not Python.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LICENCES = ROOT / "docs/reference/licences.md"
# Licences that allow use, change and passing on; the weak copyleft ones of files or libraries that we use unchanged.
ALLOWED = re.compile(
    r"\b(MIT(-0|-CMU)?|BSD|0BSD|ISC|Apache|PSF|Python Software Foundation|Python-2\.0|Unlicense|CC0|Zlib|HPND|MPL|"
    r"Mozilla Public License|LGPL|CNRI-Python|Public Domain|Artistic)\b",
    re.IGNORECASE,
)
_LISTEN = """
import os, sys
def hear(event, given):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.connect", "socket.sendto"):
        place = given[1] if event in ("socket.connect", "socket.sendto") else given[0]
        host = place[0] if isinstance(place, tuple) else place
        if isinstance(place, (str, bytes)) and event in ("socket.connect", "socket.sendto"):
            return  # a socket of this machine's file system
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"):
            with open(os.environ["KLIPING_HEARD"], "a") as file:
                file.write(f"{event} {host} {sys.argv[:3]}\\n")
sys.addaudithook(hear)
"""
_LOOPBACK = "import fcntl,socket,struct;s=socket.socket();fcntl.ioctl(s,0x8914,struct.pack('16sh14x',b'lo',1))"


def locked() -> list[str]:
    """The packages of requirements-dev.lock that are installed here (others are for other machines)."""
    names = re.findall(
        r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), re.MULTILINE
    )
    there = {each.metadata["Name"].lower().replace("_", "-").replace(".", "-") for each in metadata.distributions()}
    return sorted({name.lower() for name in names if name.lower().replace("_", "-").replace(".", "-") in there})


def licence(name: str) -> str:
    """What a package says of its licence, in a line; empty where it says nothing."""
    told = metadata.metadata(name)
    said = told.get("License-Expression") or ""
    if not said:
        classes = [
            each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each.startswith("License ::")
        ]
        said = "; ".join(each for each in classes if each != "OSI Approved")
    if not said:
        said = next((line.strip() for line in (told.get("License") or "").splitlines() if line.strip()), "")
    return " ".join(said.replace("|", "/").split())[:80]


def table() -> str:
    """The table of docs/reference/licences.md."""
    return "\n".join(["| package | licence |", "|---|---|", *(f"| {name} | {licence(name)} |" for name in locked())])


def wrong_with_licences() -> list[str]:
    """Packages without a licence, with one that we do not know, or that the page does not list."""
    listed = dict(re.findall(r"^\| ([a-z0-9._-]+) \| (.*) \|$", LICENCES.read_text(encoding="utf-8"), re.MULTILINE))
    wrong = []
    for name in locked():
        said = licence(name)
        if not ALLOWED.search(said):
            wrong.append(f"{name}: its licence {said!r} is none of those allowed: look at it, or leave the package out")
        if name not in listed:
            wrong.append(
                f"{name}: missing in docs/reference/licences.md: python -m tests.faults.loopback_only --licences"
            )
    return wrong


def alone(strace: bool) -> tuple[list[str], str]:
    """The whole path with loopback alone: what is wrong, and what was run."""
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    up = [*unshare, sys.executable, "-c", _LOOPBACK]
    if subprocess.run(up, capture_output=True).returncode:
        return [], "not run: this machine does not let us have a network of our own (unshare -n)"
    wrong = []
    with tempfile.TemporaryDirectory(prefix="kliping-alone-") as name:
        work = Path(name)
        (work / "sitecustomize.py").write_text(_LISTEN)
        heard = work / "heard"
        heard.touch()
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "GX_", "DO_NOT"))},
            "PYTHONPATH": f"{work}:{ROOT}",
            "KLIPING_HEARD": str(heard),
            "PREFECT_HOME": str(work / "prefect"),
        }
        kliping = f"{sys.executable} -m flows.cli"
        where = f"--output {work}/output"
        steps = (
            f"{kliping} publish seeds {where}",
            f"{kliping} verify --rebuild {where}",
            f"{kliping} versions {where}",
            f"{kliping} publish seeds --direct --dataset second {where}",
        )
        script = f'{sys.executable} -c "{_LOOPBACK}" && ' + " && ".join(steps)
        listen = ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", str(work / "calls")] if strace else []
        done = subprocess.run(
            [*unshare, *listen, "sh", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            wrong.append(f"without a network it ended with {done.returncode}: {(done.stdout + done.stderr)[-800:]}")
        wrong += [f"spoke, or would have: {line}" for line in sorted(set(heard.read_text().splitlines()))]
        if strace:
            for line in (work / "calls").read_text(errors="replace").splitlines():
                found = re.search(r'sin6?_addr[^"]*"([^"]+)"|inet_addr\("([^"]+)"', line)
                host = found and (found[1] or found[2])
                if host and not host.startswith("127.") and host not in ("::1", "::ffff:127.0.0.1"):
                    wrong.append(f"a system call to {host}: {line[:120]}")
        if "nothing new" in done.stdout or "published" not in done.stdout:
            wrong.append(f"did not publish: {done.stdout[-300:]}")
    return wrong, "publish through Prefect, verify --rebuild, versions and publish --direct with loopback alone"


def main() -> int:
    """Licences, then the namespace."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--licences", action="store_true")
    asked.add_argument("--strace", action="store_true")
    given = asked.parse_args()
    if given.licences:
        print(table())
        return 0
    wrong = wrong_with_licences()
    more, ran = alone(given.strace)
    wrong += more
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"supply: {len(locked())} packages with a licence that is allowed and listed; {ran}; {len(wrong)} violations")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
