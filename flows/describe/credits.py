"""Credits of a document, collected line by line."""

from dataclasses import dataclass, field

from flows.describe.document_view import Evidence, MarkedLine
from flows.outlets import Outlet
from schemas.stage_tables import Mark


@dataclass
class Credits:
    """Credits of a document. `lines` are the lines that hold them, often with a date."""

    authors: list[str] = field(default_factory=list)
    author_basis: str | None = None
    editors: list[str] = field(default_factory=list)
    sources: list[tuple[str, Evidence]] = field(default_factory=list)
    outlet: Outlet | None = None
    outlet_basis: str = "stated"
    agency: tuple[str, Evidence] | None = None  # a wire service named as the author
    lines: list[MarkedLine] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    desk: tuple[str, MarkedLine] | None = None  # who stands in the writer's place, where no person is named

    def add_names(self, role: str, names: list[str], line: MarkedLine, rule: str, quote: str | None = None) -> None:
        """Add the new names for a role ("author" or "editor") in their order, with evidence."""
        role_names = self.authors if role == "author" else self.editors
        new_names = [name for name in names if name not in role_names]
        if new_names:
            role_names += new_names
            self.evidence.append(line.cite_evidence("authors" if role == "author" else "editors", rule, quote))

    def add_desk(self, desk: str, line: MarkedLine) -> None:
        """Keep a desk with an outlet's or agency's name that stands in the writer's place; the first one counts."""
        self.desk = self.desk or (desk, line)

    def publish_desk(self) -> None:
        """Publish the desk as the author: call it where no person is named."""
        if self.desk:
            self.add_names("author", [self.desk[0]], self.desk[1], "byline.desk", self.desk[0])

    def mark_credit_line(self, line: MarkedLine, kind: str, rule: str, start: int = 0, end: int | None = None) -> None:
        """Mark a line as a credit, from offset `start` to `end`; without one to the end of the line."""
        self.lines.append(line)
        self.marks.append(line.mark_span(kind, rule, start, end))
