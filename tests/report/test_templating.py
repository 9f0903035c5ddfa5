"""Templates: whatever a value holds, it stays words on the page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup

from flows.report import templating
from flows.report.escaping import Markdown, reveal_hidden
from tests.report.html_reader import Reader

HOSTILE = "\"><script>alert('1')</script> & \u202e\x1b[31m {{ 7 * 7 }} [a](javascript:x) | `c` *d* _e_\n# f"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Return a function that renders a template given as text."""
    monkeypatch.setattr(templating, "TEMPLATES", tmp_path)
    templating._load_environment.cache_clear()

    def render(source: str, kind: str, **values: object) -> str:
        (tmp_path / f"{abs(hash(source))}.j2").write_text(source)
        return getattr(templating, f"render_{kind}")(f"{abs(hash(source))}.j2", **values)

    yield render
    templating._load_environment.cache_clear()


def test_html_escapes_every_value_in_words_and_in_attributes(environment):
    page = environment('<p title="{{ words }}">{{ words }}</p>', "html", words=HOSTILE)
    read = Reader(page)
    assert read.tags == [("p", {"title": reveal_hidden(HOSTILE)})]
    assert "".join(read.words) == reveal_hidden(HOSTILE)
    assert "\u202e" not in page and "\x1b" not in page


def test_html_leaves_markup_as_it_is_and_shows_numbers(environment):
    assert environment("{{ part }} {{ number }}", "html", part=Markup("<b>x</b>"), number=1.5) == "<b>x</b> 1.5"


def test_a_macro_shows_hidden_characters_too(environment):
    source = "{% macro cell(words) %}<td>{{ words }}</td>{% endmacro %}{{ cell(words) }}"
    assert environment(source, "html", words="<\u202e") == "<td>&lt;⟨U+202E⟩</td>"


def test_markdown_escapes_every_value_and_keeps_it_on_its_line(environment):
    page = environment("| {{ words }} |\n", "markdown", words=HOSTILE)
    assert page.count("\n") == 1 and "<" not in page and "\u202e" not in page
    assert not re.search(r"(?<!\\)[`*_\[\]#]", page) and len(re.findall(r"(?<!\\)\|", page)) == 2


def test_markdown_leaves_markdown_as_it_is(environment):
    source = "{{ part }} {{ 'a_b'|code }} {{ names|json }}"
    assert environment(source, "markdown", part=Markdown("*x*"), names=["y_z"]) == '*x* `a_b` ["y_z"]'


@given(st.text(max_size=40))
def test_no_words_end_their_code_span(words):
    made = templating.format_code(words)
    assert made[0] == made[-1] == "`" and not {"`", "\n"} & set(made[1:-1])


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_a_value_that_is_not_given_is_an_error(environment, kind):
    with pytest.raises(UndefinedError, match="missing"):
        environment("{{ missing }}", kind)


def test_no_template_marks_a_value_as_safe_or_joins_markup_unseen():
    """`|safe`, `~` and `|xmlattr` go past the filter that shows hidden characters; `|trusted` is for our own words."""
    paths = sorted(templating.TEMPLATES.glob("*.j2"))
    assert len(paths) >= 5
    for path in paths:
        expressions = re.findall(r"{[{%].*?[%}]}", path.read_text(encoding="utf-8"), re.DOTALL)
        assert not [e for e in expressions if re.search(r"\bsafe\b|~|xmlattr|autoescape", e)], path.name
        trusted = {e for e in expressions if "trusted" in e}
        assert trusted <= {f"{{{{ {name}|trusted }}}}" for name in ("size", "path", "column.meaning")}
