"""The documents say what is so: their commands, options, paths, links and columns exist."""

import re
from pathlib import Path

import pytest

from schemas import vocabulary
from schemas.columns import ARTICLES

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "output" / "README.md"]
each = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
OURS = ("flows/", "schemas/", "expectations/", "seeds/", "tests/", "docs/", ".ci/")

SOURCES = [
    *ROOT.glob("*.toml"),
    *ROOT.glob("*.yaml"),
    *(path for name in ("flows", "schemas", "expectations", "tests") for path in (ROOT / name).rglob("*.[pjt]*")),
]
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in SOURCES if path.suffix in (".py", ".json", ".toml", ".yaml")
)


def read_page(page):
    return page.read_text(encoding="utf-8")


@each
def test_every_link_within_the_project_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", read_page(page)):
        if not target.startswith(("http:", "https:")):
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            assert file.exists(), target
            assert not anchor or anchor in anchors_of(file), target


def anchors_of(page):
    headings = re.findall(r"^#+ (.+)$", read_page(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_glossary_stays_short():
    terms = re.findall(r"^\| ([^|]+) \|", read_page(ROOT / "docs" / "glossary.md"), re.MULTILINE)[1:]
    assert len(terms) <= 60 and terms == sorted(terms, key=str.casefold)


@each
def test_every_path_of_the_project_exists(page):
    for path in re.findall(r"`([^`\s]+)`", read_page(page)):
        if path.startswith(OURS) and not re.search(r"[A-Z]{4}|[<*]|kabarpagi|paragraph-count", path):
            assert (ROOT / path).exists(), path


@each
def test_every_command_and_option_exists(page):
    import typer.main

    from flows.cli import app

    commands = typer.main.get_command(app).commands
    for line in re.findall(r"(?:^|[`/ ])kliping ([^`\n#|]+)", read_page(page)):
        command, *words = line.split()
        if command.startswith("-") or not command.islower():
            continue
        if command not in commands:  # prose: "kliping publishes"
            assert f"`kliping {command}" not in read_page(page) and f"bin/kliping {command}" not in read_page(page), (
                line
            )
            continue
        found = commands[command]
        if words and hasattr(found, "commands"):  # a group: "kliping outlet list"
            assert words[0] in found.commands, line
            found = found.commands[words[0]]
        options = {option for parameter in found.params for option in parameter.opts}
        for word in words:
            assert not word.startswith("--") or word.strip("`.,;") in options, line


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_name_of_the_code_exists(page):
    for name in re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+|[A-Z]{2,}(?:_[A-Z]+)+)`", read_page(page)):
        assert name in CODE, name


@each
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", read_page(page), re.MULTILINE):
        assert target in targets, target


def test_every_option_of_publish_is_explained():
    import typer.main

    from flows.cli import app

    page = read_page(ROOT / "docs" / "reference" / "command.md")
    for parameter in typer.main.get_command(app).commands["publish"].params:
        for option in parameter.opts:
            assert not option.startswith("--") or option in page, option


def test_every_column_and_reason_is_explained():
    page = read_page(ROOT / "docs" / "reference" / "columns.md")
    for name in [column.name for column in ARTICLES] + list(vocabulary.REASONS):
        assert f"`{name}`" in page, name


def test_every_kind_is_explained():
    page = read_page(ROOT / "docs" / "reference" / "columns.md")
    for kind, meaning in vocabulary.KINDS.items():
        assert f"| `{kind}` | {meaning} |" in page, kind


def test_every_dependency_has_its_reason():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    page = read_page(ROOT / "docs" / "explanation" / "decisions.md")
    for needed in project["project"]["dependencies"] + project["dependency-groups"]["dev"]:
        name = re.split(r"[<>=\[]", needed)[0]
        assert re.search(rf"\b{re.escape(name)}\b", page), name


def test_every_seed_has_its_publisher():
    page = read_page(ROOT / "docs" / "reference" / "seeds.md")
    for seed in (ROOT / "seeds").iterdir():
        assert f"`{seed.name}`" in page, seed.name
