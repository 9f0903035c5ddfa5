"""What one publish is asked to do: the fields of the Run form, the options of the command, the record in the manifest.

Each field is described and bounded here once; the flow's signature and the command take their types from here.
What `said_by` adds holds for the form alone.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, get_type_hints

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from flows import allowed_roots

Function = TypeVar("Function", bound=Callable[..., Any])

NAME = r"[a-z0-9][a-z0-9_-]{0,63}"
NAMED = "small letters, digits, - and _, 64 at most"


def said_by(pattern: str, words: str) -> dict[str, Any]:
    """For a form's field: what does not match is refused with these words. The pattern itself is never shown.

    Of all the ways in which a JSON schema refuses a value, `const` alone shows words of ours and nothing else.
    """
    return {"if": {"not": {"pattern": pattern}}, "then": {"const": words}}


def dataset_name(value: str) -> str:
    """A dataset's name as it is; refused where it could not be one."""
    if not re.fullmatch(NAME, value):
        raise PydanticCustomError("dataset_name", f"a dataset's name has {NAMED}")
    return value


Source = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4096,
        description="What to publish: a folder (read recursively), a file, a glob (data/2026-11-*.gz), or such a URL.",
        json_schema_extra=said_by(allowed_roots.pattern(), f"a place under {allowed_roots.listed()}"),
    ),
]
DatasetName = Annotated[
    str,
    AfterValidator(dataset_name),
    Field(
        description="Name of the dataset; its releases lie in a folder of this name under output.",
        json_schema_extra=said_by(f"^{NAME}$", NAMED),
    ),
]
Output = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4096,
        description="The folder that holds all datasets.",
        json_schema_extra=said_by(allowed_roots.pattern(), f"a folder under {allowed_roots.listed()}"),
    ),
]
Append = Annotated[
    bool,
    Field(description="Keep the articles of the latest release that this source does not hold (for daily drops)."),
]
_ADDRESS = r"^(?:tcp|tls)://[A-Za-z0-9.:\[\]_-]{1,255}:[0-9]{1,5}$"


def _workers(value: int | str) -> int | str:
    if isinstance(value, str) and value.isdecimal():
        value = int(value[:9])
    fits = re.fullmatch(_ADDRESS, value) if isinstance(value, str) else 1 <= value <= 64
    if not fits:
        raise ValueError("a number from 1 to 64 was expected, or a Dask cluster as tcp://host:port")
    return value


Workers = Annotated[
    int | str,
    AfterValidator(_workers),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 64}, {"type": "string", "pattern": _ADDRESS}]}
    ),
    Field(description="Processes that clean and describe at the same time; or a Dask cluster: tcp://host:port."),
]
Duplicates = Annotated[
    Literal["mark", "drop"],
    Field(description="mark: repeated articles stay and name the one they repeat. drop: they go to rejects."),
]
Html = Annotated[
    Literal["quality", "fast"],
    Field(description="How pages are read. quality: unsure ones are also shown to trafilatura. fast: the model alone."),
]
Limit = Annotated[
    int,
    Field(ge=0, description="Read only this many documents, for a trial; 0 reads all. The release holds only those."),
]
MaxMb = Annotated[
    int, Field(ge=1, le=1000, description="The most megabytes a document may have, as a file or as a record.")
]
MaxSeconds = Annotated[
    int, Field(ge=1, le=86_400, description="The most seconds one document may take; then it is stopped and rejected.")
]
DryRun = Annotated[bool, Field(description="Do everything but publish; nothing is written to the output.")]
AcceptDrift = Annotated[
    str,
    Field(
        max_length=500,
        description="Publish although the dataset shrank sharply; the reason is recorded. Empty: refuse.",
    ),
]
Rehash = Annotated[
    bool, Field(description="Read every file of the source again, also those whose size and mtime are as they were.")
]
Wait = Annotated[
    int,
    Field(ge=0, le=86_400, description="Seconds to wait while another run publishes this dataset; 0 refuses at once."),
]


class Rare(BaseModel):
    """Rarely changed: most runs leave these as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    output: Output = "output"
    workers: Workers = 1
    limit: Limit = 0
    max_mb: MaxMb = 10
    max_seconds: MaxSeconds = 60
    accept_drift: AcceptDrift = ""
    wait: Wait = 0
    rehash: Rehash = False


class Publish(BaseModel):
    """One publish, fully said. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source = "seeds"
    dataset: DatasetName = "news"
    output: Output = "output"
    append: Append = False
    workers: Workers = 1
    html: Html = "quality"
    duplicates: Duplicates = "mark"
    limit: Limit = 0
    max_mb: MaxMb = 10
    max_seconds: MaxSeconds = 60
    dry_run: DryRun = False
    accept_drift: AcceptDrift = ""
    wait: Wait = 0
    rehash: Rehash = False

    @field_validator("source", "output")
    @classmethod
    def _printable(cls, value: str) -> str:
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise PydanticCustomError("path", "a path may not hold control characters")
        return value

    def form(self) -> dict[str, Any]:
        """The same as the Run form holds it: the rare fields in a box of their own."""
        rare = Rare.model_validate({name: getattr(self, name) for name in Rare.model_fields})
        return {**{k: v for k, v in self.model_dump().items() if k not in Rare.model_fields}, "more": rare}

    def outside_roots(self) -> str | None:
        """A sentence where the source or the output lies under no root that a form may name, or the cluster is none."""
        where = allowed_roots.outside(self.source) or allowed_roots.outside(f"{self.output}/{self.dataset}")
        return where or allowed_roots.foreign(self.workers)

    def result_parameters(self) -> dict[str, str | int | bool]:
        """Those that may change what is published, as the manifest records them and two runs are compared by."""
        return {
            "append": self.append,
            "duplicates": self.duplicates,
            "html": self.html,
            "limit": self.limit,
            "max_mb": self.max_mb,
            "max_seconds": self.max_seconds,
        }


def explained(function: Function) -> Function:
    """Add each parameter's description to a flow's docstring, which is where Prefect takes the help of a form from."""
    told = ["", "", "Args:"]
    for name, hint in get_type_hints(function, include_extras=True).items():
        field = next((each for each in getattr(hint, "__metadata__", ()) if isinstance(each, FieldInfo)), None)
        if field is not None:
            told.append(f"    {name}: {field.description}")
    function.__doc__ = (function.__doc__ or "") + "\n".join(told)
    return function
