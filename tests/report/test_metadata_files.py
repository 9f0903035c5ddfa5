"""Metadata files agree with the tables of the release."""

import csv
import hashlib
import io
import json

import pyarrow.parquet as pq
import pytest

from flows.report import metadata_files
from schemas import reader_schemas
from schemas.columns import PUBLISHED


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def package(release):
    return read(release / "datapackage.json")


@pytest.fixture(scope="module")
def croissant(release):
    return read(release / "croissant.json")


def test_the_data_package_has_a_resource_for_every_table_with_its_columns(release, package):
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert set(resources) == {*PUBLISHED, "articles-csv"}
    for table in PUBLISHED:
        names = pq.read_schema(release / resources[table]["path"]).names
        assert [field["name"] for field in resources[table]["schema"]["fields"]] == names
        assert set(resources[table]["schema"].get("primaryKey", [])) <= set(names)


def test_the_data_package_names_the_release(package):
    assert (package["name"], package["version"]) == ("news", "2024.03.05.1")


def test_paths_lead_to_files_of_the_release_only(release, package, croissant):
    paths = [resource["path"] for resource in package["resources"]]
    paths += [entry["contentUrl"] for entry in croissant["distribution"]]
    for path in paths:
        assert not path.startswith("/") and ".." not in path and (release / path).is_file()


def test_csv_without_text_is_described_without_it(tmp_path, house):
    folder = house.lay(tmp_path / "r", [house.row(1)])
    (folder / "csv" / "metadata.csv").write_text("x")
    made = json.loads(metadata_files.build_datapackage_json(folder, house.manifest(folder, 1)))
    resources = {resource["name"]: resource for resource in made["resources"]}
    names = [field["name"] for field in resources["metadata-csv"]["schema"]["fields"]]
    assert "text" not in names and "title" in names


def test_croissant_has_the_digest_of_every_file(release, croissant):
    objects = [entry for entry in croissant["distribution"] if entry["@type"] == "cr:FileObject"]
    assert {entry["@id"] for entry in objects} == {
        path.relative_to(release).as_posix() for path in release.rglob("*.parquet")
    }
    for entry in objects:
        assert entry["sha256"] == hashlib.sha256((release / entry["@id"]).read_bytes()).hexdigest()


def test_croissant_fields_are_the_columns_and_lead_to_a_distribution(release, croissant):
    sources = {entry["@id"] for entry in croissant["distribution"]}
    records = {record["name"]: record for record in croissant["recordSet"]}
    assert set(records) == set(PUBLISHED)
    for table, record in records.items():
        names = pq.read_schema(next(iter(sorted(release.glob(reader_schemas.TABLE_PATHS[table]))))).names
        assert [field["source"]["extract"]["column"] for field in record["field"]] == names
        for field in record["field"]:
            (kind,) = set(field["source"]) - {"extract"}
            assert field["source"][kind]["@id"] in sources
        ids = {field["@id"] for field in record["field"]}
        assert {key["@id"] for key in record.get("key", [])} <= ids


def test_articles_in_many_files_are_one_set(tmp_path, house):
    folder = house.lay(tmp_path / "many", [house.row(n) for n in range(5)], a_file=2)
    made = json.loads(metadata_files.build_croissant_json(folder, house.manifest(folder, 5)))
    (files,) = [entry for entry in made["distribution"] if entry["@type"] == "cr:FileSet"]
    assert len(files["containedIn"]) == 3 and files["includes"] == reader_schemas.TABLE_PATHS["articles"]
    (articles,) = [record for record in made["recordSet"] if record["name"] == "articles"]
    assert {field["source"]["fileSet"]["@id"] for field in articles["field"]} == {files["@id"]}
    package = json.loads(metadata_files.build_datapackage_json(folder, house.manifest(folder, 5)))
    assert len(package["resources"][0]["path"]) == 3


def test_the_codebook_is_csv_of_every_column():
    text = metadata_files.build_codebook_csv()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["table"], row["column"]) for row in rows] == [
        (table, column.name) for table, columns in PUBLISHED.items() for column in columns
    ]
    assert text.count("\r\n") == len(rows) + 1 and "\n" not in text.replace("\r\n", "")


@pytest.mark.parametrize(
    ("name", "slug"), [("news", "news"), ("Berita Pagi", "berita-pagi"), ("../x", "..-x"), ("!", "dataset")]
)
def test_the_package_s_name_is_a_slug(name, slug, release, house):
    made = json.loads(metadata_files.build_datapackage_json(release, house.manifest(release, dataset=name)))
    assert made["name"] == slug
