"""Requirements for publication: Great Expectations suites as reviewed JSON, named after what they check.

`articles` checks the rows (schemas.stage_tables.VIEW), `release` the whole release (flows.validate.ReleaseFacts),
`drift` the release against its parent, in total and by outlet (flows.validate.drift).
Each expectation has a severity (critical, warning, info) and in its meta:

`name`      stable dotted name, used in rejects and reports
`why`       one line: what is wrong if it fails
`expected`  the end of the sentence `Expected ...; found ...`
`scope`     `row`: a critical failure sends the row to rejects
            `table`: a critical failure refuses the release
            `drift`: as `table`, unless the operator accepts the drift

A `{"$PARAMETER": name}` is a limit; its default stands in the meta of the suite. The files have no ids and are
not written by Great Expectations, so a diff shows each decision. flows/validate runs them.
"""

import json
from pathlib import Path
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Load the suite of this name. Raises FileNotFoundError if there is none."""
    suite: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    return suite
