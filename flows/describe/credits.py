"""What the credits of a document say, as they are gathered line by line."""

from dataclasses import dataclass, field

from flows.describe.document_view import Evidence, Line, Mark
from flows.outlets import Outlet


@dataclass
class Credits:
    """What the credits of a document say. `lines` are the lines they stand on (a date stands there too, often)."""

    authors: list[str] = field(default_factory=list)
    author_basis: str | None = None
    editors: list[str] = field(default_factory=list)
    sources: list[tuple[str, Evidence]] = field(default_factory=list)
    outlet: Outlet | None = None
    outlet_basis: str = "stated"
    agency: tuple[str, Evidence] | None = None  # a wire service in the place of the writer
    lines: list[Line] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    def name(self, role: str, names: list[str], line: Line, rule: str, quote: str | None = None) -> None:
        """Take names for a role, with their evidence, in the order in which they stand."""
        mine = self.authors if role == "author" else self.editors
        new = [name for name in names if name not in mine]
        if new:
            mine += new
            self.evidence.append(line.evidence("authors" if role == "author" else "editors", rule, quote))

    def take(self, line: Line, kind: str, rule: str, start: int = 0) -> None:
        """Mark a line, or its end from `start`, as a credit."""
        self.lines.append(line)
        self.marks.append(line.mark(kind, rule, start))
