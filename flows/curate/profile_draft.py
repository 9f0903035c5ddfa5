"""A first draft of an outlet's profile, from a few of its raw articles, for a person to finish.

What stands in the same place of several articles is proposed: byline shapes, role words, what a name in brackets at
the end is, the zone, lines that are not the story. Nothing is decided: the draft says of how many articles each is.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from flows.clean import clean_documents
from flows.describe import describe_documents
from flows.describe.date_grammar import find_dates
from flows.describe.document_view import DocumentView, MarkedLine, build_document_view
from flows.describe.person_names import is_person, parse_person_names
from flows.outlets import load_registry, roles
from schemas.stage_tables import Mark

_EDGE = 12  # lines before and behind the body in which credits stand
_SHORT = 120
_MOST = 12  # proposals of each sort
_SIGN_OFF = re.compile(r"\(([^()\n]{2,40})\)\W{0,3}\Z")
_LABEL = re.compile(r"\s{0,4}([^\W\d_][\w/ ]{1,20}?)\s{0,4}:\s{0,4}(\S.{1,60})\Z")
_CHANNEL = re.compile(r"(.{3,60}?)(\s{0,3}(?:[-–|]|,)\s{0,3})(\S.{1,30})\Z")
_ZONE = re.compile(r"\b(?:WIB|WITA|WIT|MYT)\b")


@dataclass
class ProfileObservations:
    """Counts over the articles of one outlet: how many hold each shape, role, zone or line."""

    articles: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    roles: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown_labels: Counter[str] = field(default_factory=Counter)  # labels before a name that are no known role word
    endings: Counter[str] = field(default_factory=Counter)  # initials | the writer | another name
    zones: Counter[str] = field(default_factory=Counter)
    lines: Counter[tuple[str, str]] = field(default_factory=Counter)  # kind, line outside the story
    datelines: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    days: list[str] = field(default_factory=list)


def observe_articles(batches: Iterable[pa.Table]) -> ProfileObservations:
    """Read RAW tables of one outlet's articles."""
    observations = ProfileObservations()
    for raw in batches:
        cleaned = clean_documents(raw)
        described = describe_documents(cleaned.documents, cleaned.marks, cleaned.candidates)
        marks: dict[int, list[Mark]] = {}
        for row in cleaned.marks.to_pylist():
            marks.setdefault(row["doc"], []).append(Mark(*(row[name] for name in Mark._fields)))
        for document, values in zip(cleaned.documents.to_pylist(), described.metadata.to_pylist(), strict=True):
            _observe_article(
                observations, build_document_view(document["text"], marks.get(document["doc"], [])), values
            )
    return observations


def _observe_article(observations: ProfileObservations, view: DocumentView, values: dict[str, object]) -> None:
    observations.articles += 1
    head = view.lines[max(0, view.body_start - _EDGE) : view.body_start + 2]
    tail = view.lines[max(0, view.body_end - 2) : view.body_end + _EDGE]
    observations.shapes.update({shape for line in head if (shape := _infer_byline_shape(line))})
    observations.zones.update(set(_ZONE.findall("\n".join(line.text for line in (*head, *tail)))))
    for line in (*head, *tail):
        label_match = _LABEL.match(line.text) if len(line.text) <= _SHORT else None
        if not label_match or not parse_person_names(label_match[2], load_registry()):
            continue
        role_label = roles.find_role_label(line.text)
        if role_label and role_label.role in {"author", "editor"}:
            observations.roles[(role_label.role, role_label.word)] += 1
        elif not role_label:
            observations.unknown_labels[label_match[1].strip()] += 1
    ending = next((m for line in reversed(tail) if (m := _SIGN_OFF.search(line.plain_text))), None)
    if ending:
        name = ending[1].strip()
        if not (" " in name and is_person(name, load_registry())):
            observations.endings["initials"] += 1
        else:
            authors = values["authors"]
            observations.endings["the writer" if isinstance(authors, list) and name in authors else "another name"] += 1
    observations.lines.update(
        {
            (line.kind, line.plain_text)
            for line in view.lines
            if line.kind != "body" and 3 <= line.word_count <= 14 and line.plain_text
        }
    )
    if values["dateline"]:
        observations.datelines[str(values["dateline"])] += 1
    if values["outlet_domain"]:
        observations.domains[str(values["outlet_domain"])] += 1
    if values["date_basis"] == "stated":
        observations.days.append(str(values["date"]))


def _infer_byline_shape(line: MarkedLine) -> str | None:
    """Return a byline or date line as a shape with placeholders for names and day; None for any other line."""
    if len(line.text) > _SHORT:
        return None
    stamp = next(find_dates(line.text), None)
    text = line.plain_text
    if stamp:
        before = " ".join(line.text[: stamp.start].split())
        names = parse_person_names(before.strip(" ,|-–—"), load_registry())
        if names:
            behind = before.rfind(names[-1]) + len(names[-1])
            between = before[behind:] if before.rfind(names[-1]) >= 0 else ""
            return " ".join(f"{{names}}{between} {{date}}".split())
        return f"{before} {{date}}" if 0 < len(before) <= 30 and not before.endswith((".", ",")) else None
    channel_match = _CHANNEL.match(text)
    if (
        channel_match
        and " " in channel_match[1]
        and parse_person_names(channel_match[1], load_registry())
        and load_registry().find_by_name(channel_match[3])
    ):
        return f"{{names}}{channel_match[2]}{channel_match[3]}"
    return None


def render_draft(name: str, observations: ProfileObservations) -> str:
    """Render the draft as TOML with remarks; it loads as a profile unchanged."""
    often = max(2, observations.articles // 4)

    def top(counted: Counter[str]) -> list[tuple[str, int]]:
        return [(word, n) for word, n in counted.most_common(_MOST) if n >= often or observations.articles < 4]

    count = observations.articles
    out = [f"# {name}: drafted from {count} articles. Check every line; delete what is chance. Then write a"]
    out += [
        f"# story of your own in this shape: tests/golden/outlets/{name}.txt and .json.",
        "",
    ]
    for zone, n in observations.zones.most_common(1):
        out.append(f"zone = {_quote_toml(zone)}  # {n} of {observations.articles}")
    writers, other_names = observations.endings["the writer"], observations.endings["another name"]
    if writers + other_names >= often:
        meaning = "author" if writers >= other_names else "editor"
        out.append(f"sign_off = \"{meaning}\"  # name in brackets: {writers} are the byline's, {other_names} another's")
    if observations.endings["initials"]:
        out.append(f"# initials in brackets end {observations.endings['initials']} of {count}; they are no names")
    if observations.days:
        out.append(f"valid_from = {min(observations.days)}")
    for shape, n in top(observations.shapes):
        out += ["", f"[[bylines]]  # {n} of {observations.articles}", f"shape = {_quote_toml(shape)}"]
    words = {role: sorted({word for r, word in observations.roles if r == role}) for role in ("author", "editor")}
    if any(words.values()):
        out += [
            "",
            "[roles]",
            *(
                f"{role} = [{', '.join(map(_quote_toml, role_words))}]"
                for role, role_words in words.items()
                if role_words
            ),
        ]
    for word, n in top(observations.unknown_labels):
        out.append(f"# a name stands behind {_quote_toml(word)} in {n}: is it a role?")
    repeated: dict[str, list[str]] = {}
    for (kind, line), n in observations.lines.most_common(200):
        if n >= max(2, observations.articles // 3) and len(repeated.get(kind, [])) < _MOST:
            repeated.setdefault(kind, []).append(line)
    if repeated:
        out += ["", "[cues]  # lines that repeat outside the story"]
        out += [f"{kind} = [{', '.join(map(_quote_toml, lines))}]" for kind, lines in sorted(repeated.items())]
    out += [
        "",
        "# Its row of flows/outlets/registry.csv: name, domains, spellings (evidence: seen), language, kind, profile.",
    ]
    out += [
        f"#   dateline {_quote_toml(printed)}: {n} of {observations.articles}"
        for printed, n in observations.datelines.most_common(5)
    ]
    out += [
        f"#   domain {_quote_toml(domain)}: {n} of {observations.articles}"
        for domain, n in observations.domains.most_common(3)
    ]
    return "\n".join(out) + "\n"


def _quote_toml(text: str) -> str:
    """Quote a TOML string; scraped words stay on one line and printable."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
