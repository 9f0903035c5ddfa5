"""Pages are functions of the tables and the manifest: the same bytes each time, wherever the release lies."""

import json
import shutil

import pytest

from flows.report import write_pages
from flows.report.page_files import PAGES


def test_every_page_is_there(release):
    for name in PAGES:
        content = (release / name).read_bytes()
        assert content and content.endswith(b"\n"), name
        content.decode("utf-8")


def test_the_same_bytes_twice_and_elsewhere(release, tmp_path, house):
    elsewhere = tmp_path / "another place"
    shutil.copytree(release, elsewhere)
    for name in PAGES:
        (elsewhere / name).unlink()
    write_pages(elsewhere, house.manifest(release))
    for name in PAGES:
        assert (elsewhere / name).read_bytes() == (release / name).read_bytes(), name


def test_no_page_says_where_or_on_what_it_was_made(release):
    for name in PAGES:
        content = (release / name).read_text(encoding="utf-8")
        assert str(release) not in content and '"here"' not in content


def test_pages_touch_nothing_but_themselves(release, tmp_path, house):
    folder = tmp_path / "copy"
    shutil.copytree(release, folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in PAGES}
    write_pages(folder, house.manifest(folder))
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name not in PAGES}
    assert before == after


@pytest.mark.parametrize("missing", ["version", "counts", "checks"])
def test_a_manifest_that_lacks_what_the_pages_need_is_refused(missing, release, tmp_path, house):
    folder = tmp_path / "copy"
    shutil.copytree(release, folder)
    manifest = house.manifest(folder)
    del manifest[missing]
    for name in PAGES:
        (folder / name).unlink()
    with pytest.raises(KeyError, match=missing):
        write_pages(folder, manifest)
    assert not [name for name in PAGES if (folder / name).exists()]


def test_the_schema_on_disk_describes_the_rows_on_disk(release):
    import jsonschema
    import pyarrow.parquet as pq

    schema = json.loads((release / "schema.json").read_text(encoding="utf-8"))
    for row in pq.read_table(release / "lineage" / "spans.parquet").to_pylist():
        jsonschema.Draft202012Validator(schema | {"$ref": "#/$defs/spans"}).validate(row)
