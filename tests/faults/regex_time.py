"""Every regular expression of Kliping, tried on strings that were made to hold it up.

    python -m tests.faults.regex_time

Which there are is not looked up but overheard: a process of its own imports every module of flows/ and schemas/, takes
documents of all shapes through read, clean and describe, and notes each pattern that is compiled on behalf of a file of
ours; the literals of the code are added, whether they were compiled or not. From each pattern strings are made that it
all but matches: what stands before a repeat, then what is repeated (and letters that two repeats share) very often,
then something that cannot follow. A pattern fails where twice the string costs much more than twice the time: 30 turns
that take a twentieth of a second (exponential), or, by the way it is used, 20,000 characters that take a quarter of one
(a high power). Nothing is measured where nothing is slow, so it takes seconds.
"""

import ast
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from re import _constants as words  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CALLS = ("compile", "search", "match", "fullmatch", "sub", "subn", "split", "finditer", "findall")
ENDS = ("", "\x00", "!", "\n\x00")
TURNS, TURNS_SECONDS = 30, 0.05
CHARACTERS, CHARACTERS_SECONDS = 20_000, 0.25
COMMON = (" ", "a", "A", "1", "-", ".", ",", "(", '"', "\n", "a ", "A ", "Ab ", "Ab, ", "1.", "a-", "=a ", "<", "%41")

_LISTEN = """
import json, re, sys
heard = {}
real = re._compile
def compiled(pattern, flags):
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] in ("re", "enum"):
        frame = frame.f_back
    name = frame.f_globals.get("__name__", "") if frame is not None else ""
    if name.split(".")[0] in ("flows", "schemas", "expectations") and not isinstance(pattern, re.Pattern):
        if isinstance(pattern, str):
            heard[pattern, int(flags)] = f"{name}:{frame.f_lineno}"
        else:
            heard[pattern.decode("latin-1"), int(flags)] = f"{name}:{frame.f_lineno} bytes"
    return real(pattern, flags)
re._compile = compiled
import importlib, pkgutil, tempfile
from pathlib import Path
import expectations, flows, schemas
for package in (flows, schemas, expectations):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".models.train" not in module.name:  # runs in the benchmark environment
            importlib.import_module(module.name)
from flows import outlets, read
from flows.clean.rules import cues
from flows.workers import batch_processing
from tests.faults.made_sources import drop
# How the patterns are used that are data: a cue by where it stands (cues.Cues.name), a byline on a whole line.
used = {}
for domain in (None, *outlets.load_registry()._domains):
    for cue in cues.load_outlet_cues(domain).cues:
        used[cues._compile_cue(cue).pattern] = {"line": "fullmatch", "start": "match"}.get(cue.on, "search")
    profile = cues.find_profile(domain)
    for byline in profile.bylines if profile else ():
        used[byline.pattern.pattern] = "fullmatch"
with tempfile.TemporaryDirectory() as name:
    for source in ("seeds", "tests/golden/outlets", drop(Path(name, "a"), 0, 12)):
        for batch in read.read_batches(source):
            batch_processing.process_batch(batch.documents)
json.dump([[p, f, where, used.get(p, "")] for (p, f), where in heard.items()], sys.stdout)
"""


class _TooLong(Exception):
    pass


def overheard() -> list[tuple[str, int, str, str]]:
    """Every pattern compiled for a file of ours: its source, flags, where, and its use where it is data."""
    done = subprocess.run([sys.executable, "-c", _LISTEN], cwd=ROOT, capture_output=True, text=True, check=True)
    return [(pattern, flags, where, how) for pattern, flags, where, how in json.loads(done.stdout)]


def written() -> Iterator[tuple[str, int, str, str]]:
    """Each call of `re` with a literal: the pattern, its flags where they are literal too, where, and the call."""
    for path in [*(ROOT / "flows").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")]:
        if "train" in path.parts:
            continue  # makes weights of evaluation sets, never reads what users give
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id == "re" and node.args:
                    first = node.args[0]
                    where = f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
                    if isinstance(first, ast.Constant) and isinstance(first.value, str | bytes):
                        text = first.value if isinstance(first.value, str) else first.value.decode("latin-1")
                        yield text, _flags(node), where, node.func.attr


def _flags(node: ast.Call) -> int:
    said = [*node.args[1:], *(each.value for each in node.keywords if each.arg == "flags")]
    found = 0
    for each in said:
        for part in ast.walk(each):
            if isinstance(part, ast.Attribute) and isinstance(getattr(re, part.attr, None), re.RegexFlag):
                found |= int(getattr(re, part.attr))
    return found


def uses() -> dict[str, set[str]]:
    """How the patterns of a module are used, by the pattern's name: {`module:_NAME`: {match, search, ...}}."""
    found: dict[str, set[str]] = {}
    for path in [*(ROOT / "flows").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")]:
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in CALLS and isinstance(node.value, ast.Name):
                found.setdefault(f"{module}:{node.value.id}", set()).add(node.attr)
    return found


def sample(item: Any, times: int = 1) -> str:
    """A string that a parsed pattern matches, mostly; assertions are taken as met."""
    kind, value = item
    if kind is words.LITERAL:
        return chr(value)
    if kind is words.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is words.ANY:
        return "a"
    if kind is words.IN:
        return next(iter(members(value)), "a")
    if kind is words.BRANCH:
        return "".join(sample(each, times) for each in value[1][0])
    if kind is words.SUBPATTERN:
        return "".join(sample(each, times) for each in value[3])
    if kind is words.ATOMIC_GROUP:
        return "".join(sample(each, times) for each in value)
    if kind in (words.MAX_REPEAT, words.MIN_REPEAT, words.POSSESSIVE_REPEAT):
        return "".join(sample(each, times) for each in value[2]) * min(max(value[0], times), value[1])
    return ""


def members(value: Any) -> Iterator[str]:
    """Some characters of a set."""
    negated = any(kind is words.NEGATE for kind, _ in value)
    for one in (" ", "a", "A", "1", "-", ".", ",", "é", "\n", '"', "x", "_"):
        if _holds(value, one) is not negated:
            yield one
    if not negated:
        for kind, what in value:
            if kind is words.LITERAL:
                yield chr(what)
            elif kind is words.RANGE:
                yield chr(what[0])


def _holds(value: Any, one: str) -> bool:
    for kind, what in value:
        if kind is words.LITERAL and chr(what) == one:
            return True
        if kind is words.RANGE and what[0] <= ord(one) <= what[1]:
            return True
        if kind is words.CATEGORY:
            name = str(what).lower().rpartition("_")[2]
            is_in = {"digit": one.isdigit(), "space": one.isspace(), "word": one.isalnum() or one == "_"}[name]
            if is_in is not ("NOT" in str(what)):
                return True
    return False


def repeats(items: Any, before: str = "") -> Iterator[tuple[str, list[str]]]:
    """Each repeat that may be long: a string that leads to it, and strings that it may take again and again."""
    for item in items:
        kind, value = item
        if kind in (words.MAX_REPEAT, words.MIN_REPEAT):
            if value[1] > 8:
                once = "".join(sample(each) for each in value[2])
                pumps = [once, "".join(sample(each, 2) for each in value[2])]
                for inner in value[2]:
                    if inner[0] is words.IN:
                        pumps += list(members(inner[1]))[:4]
                    if inner[0] is words.BRANCH or inner[0] is words.SUBPATTERN:
                        pumps += list(branches(inner))
                yield before, [pump for pump in dict.fromkeys(pumps) if pump]
            yield from repeats(value[2], before)
        elif kind is words.SUBPATTERN:
            yield from repeats(value[3], before)
        elif kind is words.ATOMIC_GROUP:
            yield from repeats(value, before)
        elif kind is words.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, before)
        elif kind in (words.ASSERT, words.ASSERT_NOT):
            yield from repeats(value[1], before)
        before = (before + sample(item))[-400:]


def branches(item: Any) -> Iterator[str]:
    """A string for each of some alternatives."""
    kind, value = item
    if kind is words.SUBPATTERN:
        for each in value[3]:
            if each[0] in (words.BRANCH, words.SUBPATTERN):
                yield from branches(each)
    elif kind is words.BRANCH:
        for branch in value[1][:6]:
            yield "".join(sample(each) for each in branch)


def _timed(call: Callable[[str], object], text: str, most: float) -> float:
    """Processor seconds; interrupted after `most` of them."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, most)
    clock = time.process_time()
    try:
        call(text)
    except _TooLong:
        return most
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return time.process_time() - clock


def slow_on(pattern: str, flags: int = 0, how: str = "search") -> str | None:
    """A string on which the pattern is far from linear, in words; None where none was found."""
    try:
        made, tree = re.compile(pattern, flags), list(parser.parse(pattern, flags))
    except re.error as error:
        return f"cannot be compiled: {error}"
    call = {"match": made.match, "fullmatch": made.fullmatch}.get(how, lambda text: sum(1 for _ in made.finditer(text)))
    own = list(repeats(tree))
    tried = [(before, pump) for before, pumps in own for pump in (*pumps, *COMMON)]
    tried += [("", pump) for _, pumps in own for pump in pumps] + [("", pump) for pump in COMMON if own]
    strings = [(before, pump, end) for before, pump in dict.fromkeys(tried) for end in ENDS]
    for before, pump, end in strings:
        short = before + pump * TURNS + end
        if _timed(call, short, 4 * TURNS_SECONDS) > TURNS_SECONDS:
            again = min(_timed(call, short, 4 * TURNS_SECONDS) for _ in range(3))
            if again > TURNS_SECONDS:
                return f"{TURNS} times {pump!r} after {before[:40]!r}, then {end!r}: {again:.2f} s or more"
    most = 4 * CHARACTERS_SECONDS
    for before, pump, end in strings:
        long = before + pump * (CHARACTERS // len(pump)) + end
        # What is slow enough on the whole is not quick on a tenth, unless it is linear.
        if _timed(call, long[: CHARACTERS // 10] + end, most) < CHARACTERS_SECONDS / 200:
            continue
        if _timed(call, long, most) > CHARACTERS_SECONDS:
            # A square takes 16 times as long as its quarter and a line 4 times, which a busy machine does not confuse;
            # a square whose whole is interrupted is slow at its quarter, too.
            texts = (long, long[: len(long) // 4] + end)
            again, quarter = map(
                min, zip(*((_timed(call, text, 4 * most) for text in texts) for _ in range(3)), strict=True)
            )
            if again > CHARACTERS_SECONDS and (again > 8 * quarter or quarter >= most / 2):
                return (
                    f"{CHARACTERS:,} characters of {pump!r} after {before[:40]!r}, then {end!r}: {again:.2f} s or more"
                )
    return None


@cache
def known() -> list[tuple[str, int, str, str]]:
    """Every pattern once: source, flags, where, and how it is used (`search` where that cannot be told)."""
    calls = {(text, flags): call for text, flags, _, call in written()}
    used, lines = uses(), {}
    for path in [*(ROOT / "flows").rglob("*.py"), *(ROOT / "schemas").rglob("*.py")]:
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AnnAssign):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and node.value is not None:
                    for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                        lines[f"{module}:{line}"] = target.id
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for pattern, flags, where, told in overheard():
        module, _, line = where.removesuffix(" bytes").partition(":")
        ways = used.get(f"{module}:{lines.get(f'{module}:{line}', '?')}", set())
        how = next(iter(ways)) if ways in ({"match"}, {"fullmatch"}) else calls.get((pattern, flags), "search")
        how = told or how
        found[pattern, flags] = where, how if how in ("match", "fullmatch") else "search"
    for pattern, flags, where, call in written():
        found.setdefault((pattern, flags), (where, call if call in ("match", "fullmatch") else "search"))
    return [(pattern, flags, where, how) for (pattern, flags), (where, how) in found.items()]


def main() -> int:
    """Try them all."""
    began, wrong, all_of_them = time.process_time(), 0, known()
    for pattern, flags, where, how in all_of_them:
        if said := slow_on(pattern, flags & ~int(re.DEBUG), how):
            wrong += 1
            print(f"{where} ({how}): {pattern[:100]!r}: {said}", flush=True)
    print(
        f"patterns: {len(all_of_them)} regular expressions, each on strings made to hold it up; "
        f"{time.process_time() - began:.0f} s; {wrong} violations"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
