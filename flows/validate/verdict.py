"""Results of a suite as self-explaining values, equal in the log, the UI, the report and the manifest."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Check:
    """Outcome of one expectation.

    `failed_rows` counts rows that are not as expected; where a share of them is allowed, some may fail and the check
    still passes. `sentence` says what was expected and what was found. `crashed` means that the expectation could not
    be evaluated: then it has not passed and no row has failed. `example` is the part of the sentence that quotes a row.
    """

    name: str
    severity: str
    passed: bool
    failed_rows: int
    sentence: str
    crashed: bool
    example: str = ""

    @property
    def summary(self) -> str:
        """Return the sentence without the quoted row, for logs and messages, which hold no words of an article."""
        return self.sentence.replace(self.example, "") if self.example else self.sentence


@dataclass(frozen=True)
class Verdict:
    """Outcome of one suite.

    `checks`    every expectation, in the order of the suite
    `failing`   article_id -> (name of the expectation, sentence), sorted by article_id; of several, the suite's first
    `refused`   the checks that refuse the release
    `document`  the full result, ready for json.dumps
    """

    checks: tuple[Check, ...]
    failing: dict[str, tuple[str, str]]
    refused: tuple[Check, ...]
    document: dict[str, Any]
