"""README.md: front matter for the Hub, text for people, and no effect of scraped text on either."""

import re

import pytest
import yaml

from flows.report import dataset_card
from flows.report.statistics import collect_statistics
from schemas.columns import ARTICLES


@pytest.fixture(scope="module")
def text(release):
    return (release / "README.md").read_text(encoding="utf-8")


def front(text):
    assert text.startswith("---\n")
    return text.split("---\n")[1].splitlines()


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.S))


def test_the_front_matter_has_a_config_for_each_table_named_after_the_release(text, release):
    configs = yaml.safe_load("\n".join(front(text)))["configs"]
    name = "news-2024.03.05.1"
    assert [each["config_name"] for each in configs if each.get("default")] == [name]
    assert {each["config_name"] for each in configs} == {
        name, *(f"{name}-{table}" for table in ("rejects", "changes", "spans", "evidence"))
    }  # fmt: skip
    for each in configs:
        (files,) = each["data_files"]
        assert files["split"] == "train" and list(release.glob(files["path"])), each
    assert sorted(release.glob(configs[0]["data_files"][0]["path"])) == sorted((release / "data").iterdir())


def test_the_front_matter_says_whose_the_texts_are_and_in_which_languages(text):
    lines = front(text)
    assert "license: other" in lines and "license_name: texts-belong-to-their-publishers" in lines
    at = lines.index("language:")
    assert lines[at + 1 : at + 3] == ['- "en"', '- "id"']
    assert "- n<1K" in lines


@pytest.mark.parametrize(("articles", "size"), [(999, "n<1K"), (1_000, "1K<n<10K"), (250_000, "100K<n<1M")])
def test_the_size_class_is_the_hub_s(articles, size, release, house):
    statistics = collect_statistics(release)
    statistics.articles = articles
    assert f"- {size}" in front(dataset_card.render_card(statistics, house.manifest(release)))


def test_a_language_that_is_no_code_never_reaches_the_front_matter(release, house):
    statistics = collect_statistics(release)
    statistics.languages.update({"und": 1, "x\nlicense: mit": 1, None: 1})
    assert [
        line
        for line in front(dataset_card.render_card(statistics, house.manifest(release)))
        if "mit" in line or "und" in line
    ] == []


def test_a_hostile_release_leaves_no_markup(text):
    prose = without_code(text)
    assert not re.search(r"<[a-zA-Z/!]", prose), re.search(r".*<[a-zA-Z/!].*", prose)
    assert "javascript:" not in prose
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "Evil &lt;script&gt;alert(1)&lt;/script&gt;" in prose


def test_a_bar_in_a_name_makes_no_new_cell(text):
    (line,) = [line for line in text.splitlines() if "Evil" in line]
    assert len(re.findall(r"(?<!\\)\|", line)) == 3 and line.endswith("| 1 |")


def test_counts_equal_the_manifest_and_the_tables(text):
    for line in (
        "| read | 6 |",
        "| carried over from the parent release | 1 |",
        "| published | 4 |",
        "| of these, duplicates of another article (`duplicate_of`) | 1 |",
        "| dropped as duplicates | 1 |",
        "| rejected, each with its reason in `rejects/rejects.parquet` | 2 |",
        "| Warta Pesisir | 1 |",
        "| not known | 1 |",
        "| `outlet` | 2 | 1 |  | 1 |",
        "| `title` |  |  | 2 | 2 |",
    ):
        assert line in text.splitlines(), line
    assert "from 2024-02 to 2024-03. Articles without a known date: 2." in text


def test_every_column_is_explained_once(text):
    for column in ARTICLES:
        rows = [line for line in text.splitlines() if line.startswith(f"| `{column.name}` | `")]
        assert len(rows) == 1 and column.meaning in rows[0], column.name


def test_failed_checks_are_told(text):
    assert "Of 2 checks 1 passed and 1 failed:" in text
    assert "- articles.no\\_clutter (warning): 1 row &lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_every_file_the_card_names_is_one_a_release_has(text):
    named = {word for word in re.findall(r"`([a-zA-Z_/*<>-]+(?:\.[a-z.]+|/))`", text) if "/" in word or "." in word}
    known = {
        "rejects/rejects.parquet", "lineage/spans*.parquet", "lineage/evidence*.parquet", "diff/changes.parquet",
        "csv/articles-<segment>.csv.gz", "csv/metadata-<segment>.csv", "report.html", "codebook.csv", "schema.json",
        "manifest.json", "validation/",
    }  # fmt: skip
    assert named == known


def test_the_way_to_read_it_in_python_works(text, release, monkeypatch):
    monkeypatch.chdir(release)
    blocks = re.findall(r"```python\n# (pandas|pyarrow)\n(.*?)```", text, re.S)
    assert [name for name, _ in blocks] == ["pandas", "pyarrow"]
    for _, code in blocks:
        names = {}
        exec(code, names)
        assert len(names["articles"]) == 4


def test_the_query_works_in_duckdb(text, release, monkeypatch):
    import duckdb

    monkeypatch.chdir(release)
    (query,) = re.findall(r"```sql\n(.*?)```", text, re.S)
    assert sum(count for _, count in duckdb.sql(query).fetchall()) == 4


def test_a_release_of_nothing_has_a_card(tmp_path, house):
    folder = house.lay(tmp_path / "none", [])
    made = dataset_card.render_card(collect_statistics(folder), house.manifest(folder, 0, parent=None, checks=[]))
    assert "No article has a known date." in made and "It is the first release." in made and "language:" not in made
