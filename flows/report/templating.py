"""Jinja environments: in HTML and in Markdown each value is escaped unless it is markup already.

HTML is escaped by Jinja's autoescape; a `finalize` filter first shows hidden characters by their code points. Markdown
has no autoescape: its `finalize` filter escapes every value. What is our own markup must say so: `Markup` in HTML,
`Markdown` in Markdown, which the filters `code`, `json` and (for words of the schemas) `trusted` return.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.report.escaping import Markdown, escape_markdown, is_web_address, reveal_hidden

TEMPLATES: Final = Path(__file__).parent / "templates"


def render_html(name: str, **values: Any) -> Markup:  # noqa: ANN401
    """Render a template of a page or of a part of one. Raises jinja2.UndefinedError for a value it is not given."""
    return Markup(_load_environment("html").get_template(name).render(values))  # noqa: S704 (each value is escaped)


def render_markdown(name: str, **values: Any) -> str:  # noqa: ANN401
    """Render a template of a Markdown page. Raises jinja2.UndefinedError for a value it is not given."""
    return _load_environment("markdown").get_template(name).render(values)


@cache
def _load_environment(kind: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=kind == "html",  # noqa: S701 (Markdown is escaped by its own filter)
        finalize=_reveal_value if kind == "html" else _escape_markdown_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"count": format_count, "code": format_code, "json": format_json, "trusted": Markdown}
    environment.tests["web_address"] = is_web_address
    return environment


def format_count(number: int) -> str:
    """Format a number with commas: 1,234."""
    return f"{number:,}"


def format_code(words: str) -> Markdown:
    """Format our own words as a code span of Markdown. A backquote would end it, so it becomes an apostrophe."""
    return Markdown("`" + " ".join(reveal_hidden(words).split()).replace("`", "'") + "`")


def format_json(value: object) -> Markdown:
    """Format a value as JSON, which is YAML as well, for the front matter."""
    return Markdown(json.dumps(value))


def _reveal_value(value: object) -> object:
    return value if hasattr(value, "__html__") else reveal_hidden(str(value))


def _escape_markdown_value(value: object) -> str:
    return value if isinstance(value, Markdown) else escape_markdown(str(value))
