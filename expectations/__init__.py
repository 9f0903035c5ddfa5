"""What a table must be to be published: Great Expectations suites as reviewed JSON, named after what they guard.

`articles` judges the rows (schemas.stage_tables.VIEW), `release` the release as a whole (flows.validate.ReleaseFacts),
`drift` the release beside its parent, in total and by outlet (flows.validate.drift).
Each expectation carries a severity (critical, warning, info) and in its meta:

`name`      stable, dotted: what a reject, a report and a reader call it
`why`       one line: what goes wrong where it fails
`expected`  the sentence a person reads beside what was found
`scope`     `row`: a critical failure sends the row to rejects
            `table`: a critical failure refuses the release
            `drift`: as `table`, unless the operator accepts the drift

A `{"$PARAMETER": name}` is a bound; its default stands in the suite's meta. The files carry no ids and are not
written by Great Expectations, so a diff shows what was decided. flows/validate runs them.
"""

import json
from pathlib import Path
from typing import Any


def load(name: str) -> dict[str, Any]:
    """The suite of this name as written. Raises FileNotFoundError where there is none."""
    suite: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    return suite
