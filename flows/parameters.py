"""Parameters of one publish: fields of the Run form, options of the command, and what the manifest records.

Each field has its type, default, bounds and help here, once; the flow's signature and the command take them from here.
What `refuse_with_words` adds applies to the form alone.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from flows import allowed_roots

if TYPE_CHECKING:
    from flows.read import ReadOptions

Function = TypeVar("Function", bound=Callable[..., Any])

Place = Literal["terminal", "form", "page"]  # where a sentence on a run is read; a page is read by users of both

NAME = r"[a-z0-9][a-z0-9_-]{0,63}"
NAME_WORDS = "small letters, digits, - and _, 64 at most"


def refuse_with_words(pattern: str, words: str) -> dict[str, Any]:
    """Return the JSON schema by which a form refuses a value that does not match, with these words.

    Of all refusals of a JSON schema, `const` alone shows our words and not the pattern.
    """
    return {"if": {"not": {"pattern": pattern}}, "then": {"const": words}}


def check_dataset_name(value: str) -> str:
    """Return a dataset's name unchanged; raise where it cannot be one."""
    if not re.fullmatch(NAME, value):
        raise PydanticCustomError("dataset_name", f"a dataset's name has {NAME_WORDS}")
    return value


Source = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4096,
        description="A folder (read recursively), a file, a glob (data/2026-11-*.gz), or a URL of one.",
        json_schema_extra=refuse_with_words(
            allowed_roots.build_form_pattern(), f"a place under {allowed_roots.name_roots()}"
        ),
    ),
]
DatasetName = Annotated[
    str,
    AfterValidator(check_dataset_name),
    Field(
        description="Name of the dataset; its releases are in a folder of this name under the output.",
        json_schema_extra=refuse_with_words(f"^{NAME}$", NAME_WORDS),
    ),
]
Output = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4096,
        description="The folder that holds all datasets.",
        json_schema_extra=refuse_with_words(
            allowed_roots.build_form_pattern(), f"a folder under {allowed_roots.name_roots()}"
        ),
    ),
]
Append = Annotated[
    bool,
    Field(description="Keep the articles of the latest release that this source does not hold (for daily drops)."),
]
_ADDRESS = r"^(?:tcp|tls)://[A-Za-z0-9.:\[\]_-]{1,255}:[0-9]{1,5}$"


def _check_workers(value: int | str) -> int | str:
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:9])
    fits = re.fullmatch(_ADDRESS, value) if isinstance(value, str) else 1 <= value <= 64
    if not fits:
        raise ValueError(f"expected {_WORKERS_WORDS}")
    return value


_WORKERS_WORDS = "a number from 1 to 64, or a Dask cluster as tcp://host:port"
_WORKERS_CASES = [{"type": "integer", "minimum": 1, "maximum": 64}, {"type": "string", "pattern": _ADDRESS}]
Workers = Annotated[
    int | str,
    AfterValidator(_check_workers),
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer"}, {"type": "string"}],
            "if": {"not": {"anyOf": _WORKERS_CASES}},
            "then": {"const": _WORKERS_WORDS},
        }
    ),
    Field(description="Processes that clean and describe at the same time; or a Dask cluster: tcp://host:port."),
]
Duplicates = Annotated[
    Literal["mark", "drop"],
    Field(description="mark: duplicates stay and name the article that they repeat. drop: only rejects/ holds them."),
]
Html = Annotated[
    Literal["quality", "fast"],
    Field(description="How pages are read. quality: two models, and trafilatura on unsure pages. fast: one model."),
]
Limit = Annotated[
    int,
    Field(ge=0, description="Read only this many documents, for a trial; 0 reads all. The release holds only those."),
]
MaxMb = Annotated[
    int, Field(ge=1, le=1000, description="The most megabytes that a document may have, as a file or as a record.")
]
MaxSeconds = Annotated[
    int,
    Field(ge=1, le=86_400, description="The most seconds that one document may take; then it is stopped and rejected."),
]


def _check_map(value: list[str]) -> list[str]:
    from flows.read import FieldMap

    FieldMap.parse(value)
    return sorted(value)


def _check_split(value: str) -> str:
    from flows.read import check_split

    check_split(value)
    return value


FieldMapping = Annotated[
    list[str],
    AfterValidator(_check_map),
    Field(
        max_length=100,
        description="Which key of the records states which field, as FIELD=KEY, such as text=isi or url=data.link. "
        "Needed only where `kliping inspect` shows that a key is not known.",
    ),
]
Split = Annotated[
    str,
    AfterValidator(_check_split),
    Field(
        max_length=1000,
        description="How texts that hold many stories are split: lines (a story a line), blank (blank lines between), "
        "or a regular expression that matches the line between or before stories. Empty: a text is one story.",
    ),
]
TableName = Annotated[
    str,
    Field(
        max_length=200, description="The table of an SQLite database, or the sheet, to read. Empty: those with texts."
    ),
]
DryRun = Annotated[bool, Field(description="Do everything except publishing; nothing is written to the output.")]
AcceptDrift = Annotated[
    str,
    Field(
        max_length=500,
        description="Publish although the dataset shrank or drifted; the reason is recorded. Empty: refuse.",
    ),
]
Rehash = Annotated[
    bool, Field(description="Read every file of the source again, also those whose size and mtime did not change.")
]
Remake = Annotated[
    bool,
    Field(
        description="With append: make carried articles again with today's code and options, from the bytes in "
        "state/raw, where older code or other options made them."
    ),
]
Wait = Annotated[
    int,
    Field(ge=0, le=86_400, description="Seconds to wait while another run publishes this dataset; 0 refuses at once."),
]


class MoreOptions(BaseModel):
    """Rarely changed options: most runs leave these as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    output: Output = "output"
    workers: Workers = 1
    limit: Limit = 0
    max_mb: MaxMb = 10
    max_seconds: MaxSeconds = 60
    accept_drift: AcceptDrift = ""
    wait: Wait = 0
    rehash: Rehash = False
    remake: Remake = False


class Publish(MoreOptions):
    """The fields of one publish: what the Run form, the command and a rebuild set. Unknown keys are refused."""

    source: Source = "seeds"
    dataset: DatasetName = "news"
    append: Append = False
    html: Html = "quality"
    duplicates: Duplicates = "mark"
    dry_run: DryRun = False
    map: FieldMapping = []
    split: Split = ""
    table: TableName = ""

    @field_validator("source", "output")
    @classmethod
    def _refuse_control_characters(cls, value: str) -> str:
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise PydanticCustomError("path", "a path may not hold control characters")
        return value

    def to_form(self) -> dict[str, Any]:
        """Return the fields as the Run form nests them: the rare ones under `more`."""
        rare = MoreOptions.model_validate({name: getattr(self, name) for name in MoreOptions.model_fields})
        return {**{k: v for k, v in self.model_dump().items() if k not in MoreOptions.model_fields}, "more": rare}

    def explain_outside_roots(self) -> str | None:
        """Return a sentence where a form may not name this source, output or cluster, else None."""
        where = allowed_roots.explain_outside_roots(self.source) or allowed_roots.explain_outside_roots(
            f"{self.output}/{self.dataset}"
        )
        return where or allowed_roots.explain_foreign_cluster(self.workers)

    def build_read_options(self) -> "ReadOptions":
        """Build what read/ needs to know of this publish beside the limits."""
        from flows.read import FieldMap, ReadOptions

        return ReadOptions(FieldMap.parse(self.map), self.split, self.table)

    def list_result_parameters(self) -> dict[str, Any]:
        """Return the parameters that can change what is published; the manifest records them."""
        return {
            "append": self.append,
            "duplicates": self.duplicates,
            "html": self.html,
            "limit": self.limit,
            "max_mb": self.max_mb,
            "max_seconds": self.max_seconds,
            "map": list(self.map),
            "split": self.split,
            "table": self.table,
            **({"remake": True} if self.remake else {}),
        }


def name_parameter(name: str, place: Place) -> str:
    """Return what a parameter of Publish is called where a sentence is read: a flag, a field of the form, or both."""
    flag = f"--{name.replace('_', '-')}"
    form_field = f"more.{name}" if name in MoreOptions.model_fields else name
    return {"terminal": flag, "form": form_field, "page": f"{flag} ({form_field} in the form)"}[place]


def list_invalid_fields(error: ValidationError) -> list[tuple[str, str, object]]:
    """Return the name of each invalid field, what was expected of it (the rest of a sentence), and its value."""
    return [
        (
            str(detail["loc"][0]) if detail["loc"] else "",
            detail["msg"].removeprefix("Value error, ").replace("Input should be ", "expected ", 1).rstrip("."),
            detail["input"],
        )
        for detail in error.errors()
    ]


def add_form_help(function: Function) -> Function:
    """Add each parameter's description to a flow's docstring, from which Prefect takes the help of a form."""
    lines = ["", "", "Args:"]
    for name, hint in get_type_hints(function, include_extras=True).items():
        field = next(
            (annotation for annotation in getattr(hint, "__metadata__", ()) if isinstance(annotation, FieldInfo)), None
        )
        if field is not None:
            lines.append(f"    {name}: {field.description}")
    function.__doc__ = (function.__doc__ or "") + "\n".join(lines)
    return function
