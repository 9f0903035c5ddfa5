"""A first draft of an outlet's profile, from a few of its raw articles, for a person to finish.

What stands in the same place of several articles is proposed: byline shapes, role words, what a name in brackets at
the end is, the zone, lines that are not the story. Nothing is decided: the draft says of how many articles each is.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from flows.clean import clean
from flows.describe import describe
from flows.describe.date_grammar import stamps
from flows.describe.document_view import Line, Mark, Sheet, sheet
from flows.describe.person_names import is_person, persons
from flows.outlets import registry, roles

_EDGE = 12  # lines before and behind the body in which credits stand
_SHORT = 120
_MOST = 12  # proposals of each sort
_SIGN_OFF = re.compile(r"\(([^()\n]{2,40})\)\W{0,3}\Z")
_LABEL = re.compile(r"\s{0,4}([^\W\d_][\w/ ]{1,20}?)\s{0,4}:\s{0,4}(\S.{1,60})\Z")
_CHANNEL = re.compile(r"(.{3,60}?)(\s{0,3}(?:[-–|]|,)\s{0,3})(\S.{1,30})\Z")
_ZONE = re.compile(r"\b(?:WIB|WITA|WIT|MYT)\b")


@dataclass
class Seen:
    """How many articles hold what."""

    articles: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    roles: Counter[tuple[str, str]] = field(default_factory=Counter)
    strange: Counter[str] = field(default_factory=Counter)  # labels before a name that are no known role word
    endings: Counter[str] = field(default_factory=Counter)  # initials | the writer | another name
    zones: Counter[str] = field(default_factory=Counter)
    lines: Counter[tuple[str, str]] = field(default_factory=Counter)  # kind, line outside the story
    datelines: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    days: list[str] = field(default_factory=list)


def look(batches: Iterable[pa.Table]) -> Seen:
    """Read RAW tables of one outlet's articles."""
    seen = Seen()
    for raw in batches:
        cleaned = clean(raw)
        described = describe(cleaned.documents, cleaned.marks, cleaned.candidates)
        marks: dict[int, list[Mark]] = {}
        for row in cleaned.marks.to_pylist():
            marks.setdefault(row["doc"], []).append(Mark(*(row[name] for name in Mark._fields)))
        for document, values in zip(cleaned.documents.to_pylist(), described.metadata.to_pylist(), strict=True):
            _article(seen, sheet(document["text"], marks.get(document["doc"], [])), values)
    return seen


def _article(seen: Seen, one: Sheet, values: dict[str, object]) -> None:
    seen.articles += 1
    head = one.lines[max(0, one.body_from - _EDGE) : one.body_from + 2]
    tail = one.lines[max(0, one.body_to - 2) : one.body_to + _EDGE]
    seen.shapes.update({shape for line in head if (shape := _shape(line))})
    seen.zones.update(set(_ZONE.findall("\n".join(line.text for line in (*head, *tail)))))
    for line in (*head, *tail):
        found = _LABEL.match(line.text) if len(line.text) <= _SHORT else None
        if not found or not persons(found[2], registry()):
            continue
        known = roles.label(line.text)
        if known and known.role in {"author", "editor"}:
            seen.roles[(known.role, known.word)] += 1
        elif not known:
            seen.strange[found[1].strip()] += 1
    ending = next((m for line in reversed(tail) if (m := _SIGN_OFF.search(line.plain))), None)
    if ending:
        name = ending[1].strip()
        if not (" " in name and is_person(name, registry())):
            seen.endings["initials"] += 1
        else:
            authors = values["authors"]
            seen.endings["the writer" if isinstance(authors, list) and name in authors else "another name"] += 1
    seen.lines.update(
        {(line.kind, line.plain) for line in one.lines if line.kind != "body" and 3 <= line.words <= 14 and line.plain}
    )
    if values["dateline"]:
        seen.datelines[str(values["dateline"])] += 1
    if values["outlet_domain"]:
        seen.domains[str(values["outlet_domain"])] += 1
    if values["date_basis"] == "stated":
        seen.days.append(str(values["date"]))


def _shape(line: Line) -> str | None:
    """A byline or date line as a shape: the names and the day as placeholders; None for any other line."""
    if len(line.text) > _SHORT:
        return None
    stamp = next(stamps(line.text), None)
    text = line.plain
    if stamp:
        before = " ".join(line.text[: stamp.start].split())
        names = persons(before.strip(" ,|-–—"), registry())
        if names:
            behind = before.rfind(names[-1]) + len(names[-1])
            between = before[behind:] if before.rfind(names[-1]) >= 0 else ""
            return " ".join(f"{{names}}{between} {{date}}".split())
        return f"{before} {{date}}" if 0 < len(before) <= 30 and not before.endswith((".", ",")) else None
    found = _CHANNEL.match(text)
    if found and " " in found[1] and persons(found[1], registry()) and registry().find_by_name(found[3]):
        return f"{{names}}{found[2]}{found[3]}"
    return None


def draft(name: str, seen: Seen) -> str:
    """The draft as TOML with remarks; it loads as a profile as it stands."""
    often = max(2, seen.articles // 4)

    def top(counted: Counter[str]) -> list[tuple[str, int]]:
        return [(word, n) for word, n in counted.most_common(_MOST) if n >= often or seen.articles < 4]

    out = [f"# {name}: drafted from {seen.articles} articles. Check every line; delete what is chance, then write a"]
    out += [
        f"# story of your own in this shape as tests/golden/outlets/{name}.txt and .json (the others show how).",
        "",
    ]
    for zone, n in seen.zones.most_common(1):
        out.append(f"zone = {_quoted(zone)}  # {n} of {seen.articles}")
    writers, others = seen.endings["the writer"], seen.endings["another name"]
    if writers + others >= often:
        meaning = "author" if writers >= others else "editor"
        out.append(f"sign_off = \"{meaning}\"  # name in brackets: {writers} are the byline's, {others} another's")
    if seen.endings["initials"]:
        out.append(f"# initials in brackets end {seen.endings['initials']} of {seen.articles}; they name nobody")
    if seen.days:
        out.append(f"valid_from = {min(seen.days)}")
    for shape, n in top(seen.shapes):
        out += ["", f"[[bylines]]  # {n} of {seen.articles}", f"shape = {_quoted(shape)}"]
    words = {role: sorted({word for r, word in seen.roles if r == role}) for role in ("author", "editor")}
    if any(words.values()):
        out += [
            "",
            "[roles]",
            *(f"{role} = [{', '.join(map(_quoted, found))}]" for role, found in words.items() if found),
        ]
    for word, n in top(seen.strange):
        out.append(f"# a name stands behind {_quoted(word)} in {n}: is it a role?")
    repeated: dict[str, list[str]] = {}
    for (kind, line), n in seen.lines.most_common(200):
        if n >= max(2, seen.articles // 3) and len(repeated.get(kind, [])) < _MOST:
            repeated.setdefault(kind, []).append(line)
    if repeated:
        out += ["", "[cues]  # lines that repeat outside the story"]
        out += [f"{kind} = [{', '.join(map(_quoted, lines))}]" for kind, lines in sorted(repeated.items())]
    out += [
        "",
        "# Its row of flows/outlets/registry.csv: name, domains, spellings (evidence: seen), language, kind, profile.",
    ]
    out += [f"#   dateline {_quoted(printed)}: {n} of {seen.articles}" for printed, n in seen.datelines.most_common(5)]
    out += [f"#   domain {_quoted(domain)}: {n} of {seen.articles}" for domain, n in seen.domains.most_common(3)]
    return "\n".join(out) + "\n"


def _quoted(text: str) -> str:
    """A TOML string; scraped words are kept on one line and printable."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
