"""The Arrow schemas, the JSON Schema, the codebook and the two catalogues say the same of every column.

`examples/` holds rows that must be accepted. `counterexamples/` holds rows that must be refused: each file names an
example, what is different in it (`but`), the column that is at fault, and why.
"""

import datetime as dt
import json
from pathlib import Path

import jsonschema
import pyarrow as pa
import pytest

from schemas import arrow, reader_schemas
from schemas.columns import PUBLISHED

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE / "examples").glob("*.json"))
COUNTEREXAMPLES = sorted((HERE / "counterexamples").glob("*.json"))
SCHEMAS = {
    "articles": arrow.ARTICLES,
    "rejects": arrow.REJECTS,
    "changes": arrow.CHANGES,
    "spans": arrow.SPANS,
    "evidence": arrow.EVIDENCE,
}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def table_of(path):
    return path.name.split(".")[0]


def validator(table):
    schema = reader_schemas.build_json_schema(table)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker)


def to_arrow(table, row):
    """A JSON row as an Arrow table of one row."""
    arrow_row = dict(row)
    for field in SCHEMAS[table]:
        if arrow_row[field.name] is not None and pa.types.is_timestamp(field.type):
            arrow_row[field.name] = dt.datetime.fromisoformat(arrow_row[field.name])
        elif arrow_row[field.name] is not None and pa.types.is_date(field.type):
            arrow_row[field.name] = dt.date.fromisoformat(arrow_row[field.name])
    return arrow.build_table(SCHEMAS[table], [arrow_row])


def to_json(row):
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in row.items()}


@pytest.mark.parametrize("table", PUBLISHED)
def test_every_form_has_the_columns_of_the_arrow_schema_in_their_order(table):
    names = SCHEMAS[table].names
    assert list(reader_schemas.build_json_schema(table)["properties"]) == names
    assert reader_schemas.build_json_schema(table)["required"] == names
    assert [row["column"] for row in reader_schemas.build_codebook() if row["table"] == table] == names
    assert [field["name"] for field in reader_schemas.build_datapackage_fields(table)] == names
    assert [field["name"] for field in reader_schemas.build_croissant_fields(table, {})] == names


@pytest.mark.parametrize("table", PUBLISHED)
def test_every_form_agrees_on_null_and_meaning(table):
    properties = reader_schemas.build_json_schema(table)["properties"]
    codebook = {row["column"]: row for row in reader_schemas.build_codebook() if row["table"] == table}
    package = {field["name"]: field for field in reader_schemas.build_datapackage_fields(table)}
    for field in SCHEMAS[table]:
        kinds = properties[field.name]["type"]
        assert ("null" in kinds if isinstance(kinds, list) else False) is field.nullable
        assert codebook[field.name]["nullable"] == ("yes" if field.nullable else "no")
        assert package[field.name].get("constraints", {}).get("required", False) is not field.nullable
        meaning = field.metadata[b"description"].decode()
        assert meaning == properties[field.name]["description"] == codebook[field.name]["meaning"]
        assert meaning == package[field.name]["description"]


def test_the_codebook_spells_each_type_once():
    spelled = {}
    for row in reader_schemas.build_codebook():
        spelled.setdefault(row["type"], set()).add(SCHEMAS[row["table"]].field(row["column"]).type)
    assert all(len(types) == 1 for types in spelled.values())
    assert spelled["date32"] == {pa.date32()}
    assert spelled["timestamp[us, UTC]"] == {pa.timestamp("us", tz="UTC")}
    assert "list<string>" in spelled


def test_the_codebook_lists_what_a_closed_column_may_be():
    allowed = {(row["table"], row["column"]): row["allowed"] for row in reader_schemas.build_codebook()}
    assert allowed["articles", "date_basis"] == "stated | inferred"
    assert allowed["changes", "op"] == "added | changed | removed"
    assert allowed["articles", "title"] == ""


@pytest.mark.parametrize("table", PUBLISHED)
def test_the_schemas_are_valid_json_schema(table):
    jsonschema.Draft202012Validator.check_schema(reader_schemas.build_json_schema(table))


def test_the_whole_document_is_a_schema_of_an_article():
    document = reader_schemas.build_json_schemas()
    jsonschema.Draft202012Validator.check_schema(document)
    assert (
        set(document["$defs"]) == set(PUBLISHED) == set(reader_schemas.ROW_MEANINGS) == set(reader_schemas.TABLE_PATHS)
    )
    row = read(HERE / "examples" / "articles.every-value.json")
    jsonschema.Draft202012Validator(document).validate(row)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(document).validate({**row, "text": None})


def test_every_table_has_an_example_and_a_counterexample():
    assert {table_of(path) for path in EXAMPLES} == set(PUBLISHED)
    assert {table_of(path) for path in COUNTEREXAMPLES} == set(PUBLISHED)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_accepted_and_survives_arrow(path):
    table, row = table_of(path), read(path)
    validator(table).validate(row)
    back = to_json(to_arrow(table, row).to_pylist()[0])
    validator(table).validate(back)
    assert {k: v for k, v in back.items() if not isinstance(v, float)} == {
        k: v for k, v in row.items() if not isinstance(v, float)
    }


@pytest.mark.parametrize("path", COUNTEREXAMPLES, ids=lambda path: path.stem)
def test_a_counterexample_is_refused_for_its_column(path):
    case = read(path)
    row = read(HERE / "examples" / case["like"]) | case["but"]
    errors = list(validator(table_of(path)).iter_errors(row))
    assert {error.absolute_path[0] for error in errors} == {case["column"]}, case["why"]


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_null_in_any_column_that_may_not_be_null_is_refused_by_both(table):
    row = read(next(path for path in EXAMPLES if table_of(path) == table))
    for field in SCHEMAS[table]:
        if not field.nullable:
            assert not validator(table).is_valid({**row, field.name: None}), field.name
            with pytest.raises((ValueError, pa.ArrowInvalid)):
                to_arrow(table, {**row, field.name: None})


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_missing_or_unknown_column_is_refused(table):
    row = read(next(path for path in EXAMPLES if table_of(path) == table))
    assert not validator(table).is_valid({k: v for k, v in row.items() if k != "article_id" and k != "source_id"})
    assert not validator(table).is_valid({**row, "colour": "red"})


def test_croissant_says_which_column_is_a_list():
    fields = {f["name"]: f for f in reader_schemas.build_croissant_fields("articles", {"fileObject": {"@id": "x"}})}
    assert fields["authors"]["repeated"] is True
    assert "repeated" not in fields["title"]
    assert fields["published_at"]["source"] == {"fileObject": {"@id": "x"}, "extract": {"column": "published_at"}}
