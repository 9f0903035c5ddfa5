"""Machine-readable metadata of a release: schema.json, codebook.csv, datapackage.json, croissant.json."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from flows.report.statistics import list_table_files
from schemas import reader_schemas
from schemas.columns import PUBLISHED

Json = dict[str, Any]
_PARQUET_TYPE = "application/vnd.apache.parquet"
# The media type that Croissant readers know; the registered one above is newer than they are.
_CROISSANT_PARQUET_TYPE = "application/x-parquet"
_PRIMARY_KEYS = {"articles": ["article_id"], "changes": ["article_id"]}
# The page for works without a licence.
_NO_LICENCE = "https://choosealicense.com/no-permission/"
_DESCRIPTION = "News articles cut out of scraped pages. The texts belong to their publishers."

# The JSON-LD context of Croissant 1.0, copied from its specification.
_CONTEXT: Json = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases", "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation", "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
     "replace": "cr:replace", "samplingRate": "cr:samplingRate", "sc": "https://schema.org/",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip


def _dump_json(document: Json) -> str:
    """Return indented JSON that ends in a line break."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def build_schema_json() -> str:
    """Build the JSON Schema of one row of each table."""
    return _dump_json(reader_schemas.build_json_schemas())


def build_codebook_csv() -> str:
    """Build the codebook as CSV (RFC 4180) with its header."""
    rows = reader_schemas.build_codebook()
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _slugify_name(name: str) -> str:
    """Return a name in the characters that a data package allows."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "dataset"


def _build_resource(
    name: str, paths: list[str], table: str, kind: tuple[str, str], left_out: tuple[str, ...] = ()
) -> Json:
    """Build the resource of one table; `kind` is (format, media type)."""
    fields = [field for field in reader_schemas.build_datapackage_fields(table) if field["name"] not in left_out]
    if kind[0] == "parquet":
        # Readers of Table Schema do not accept a Parquet list as an array; they take its type from the file.
        fields = [field | {"type": "any"} if field["type"] == "array" else field for field in fields]
    schema: Json = {"fields": fields}
    if table in _PRIMARY_KEYS:
        schema["primaryKey"] = _PRIMARY_KEYS[table]
    return {
        "name": name,
        "path": paths[0] if len(paths) == 1 else paths,
        "description": reader_schemas.ROW_MEANINGS[table],
        "format": kind[0],
        "mediatype": kind[1],
        **({"encoding": "utf-8"} if kind[0] == "csv" else {}),
        "schema": schema,
    }


def build_datapackage_json(folder: Path, manifest: Json) -> str:
    """Build a Frictionless Data Package (version 1 profile) of the tables in the folder."""
    resources = []
    for table in PUBLISHED:
        paths = [path.relative_to(folder).as_posix() for path in list_table_files(folder, table)]
        if paths:
            resources.append(_build_resource(table, paths, table, ("parquet", _PARQUET_TYPE)))
    for name, left_out in (("articles", ()), ("metadata", ("text",))):
        paths = [path.relative_to(folder).as_posix() for path in sorted((folder / "csv").glob(f"{name}*.csv*"))]
        for number, path in enumerate(paths):  # a resource of several CSV files would have one header
            resource_name = f"{name}-csv" if number == 0 else f"{name}-csv-{number + 1}"
            resources.append(_build_resource(resource_name, [path], "articles", ("csv", "text/csv"), left_out))
    package = {
        "profile": "data-package",
        "name": _slugify_name(manifest["dataset"]),
        "title": f"{manifest['dataset']} {manifest['version']}",
        "description": _DESCRIPTION,
        "version": manifest["version"],
        "created": manifest["created_at"],
        "licenses": [{"name": "other", "title": "The texts belong to their publishers", "path": _NO_LICENCE}],
        "resources": resources,
    }
    # Each CSV file has the whole schema beside it: indented, they would be a third of a small release.
    return json.dumps(package, ensure_ascii=False, separators=(",", ":")) + "\n"


def build_croissant_json(folder: Path, manifest: Json) -> str:
    """Build Croissant 1.0 metadata: one file object for each Parquet file, one record set for each table."""
    checksums = {file["path"]: file["sha256"] for file in manifest["files"]}
    distribution: list[Json] = []
    records: list[Json] = []
    for table in PUBLISHED:
        paths = [path.relative_to(folder).as_posix() for path in list_table_files(folder, table)]
        for path in paths:
            distribution.append(
                {
                    "@type": "cr:FileObject",
                    "@id": path,
                    "name": path,
                    "contentUrl": path,
                    "encodingFormat": _CROISSANT_PARQUET_TYPE,
                    "sha256": checksums[path],
                }
            )
        if not paths:
            continue
        source: Json = {"fileObject": {"@id": paths[0]}}
        if len(paths) > 1:
            file_set_id = f"{table}-files"
            distribution.append(
                {
                    "@type": "cr:FileSet",
                    "@id": file_set_id,
                    "name": file_set_id,
                    "containedIn": [{"@id": path} for path in paths],
                    "encodingFormat": _CROISSANT_PARQUET_TYPE,
                    "includes": reader_schemas.TABLE_PATHS[table],
                }
            )
            source = {"fileSet": {"@id": file_set_id}}
        records.append(
            {
                "@type": "cr:RecordSet",
                "@id": table,
                "name": table,
                "description": reader_schemas.ROW_MEANINGS[table],
                **(
                    {"key": [{"@id": f"{table}/{key}"} for key in _PRIMARY_KEYS[table]]}
                    if table in _PRIMARY_KEYS
                    else {}
                ),
                "field": reader_schemas.build_croissant_fields(table, source),
            }
        )
    dataset = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": manifest["dataset"],
        "description": _DESCRIPTION,
        "version": manifest["version"],
        "datePublished": manifest["created_at"],
        "license": _NO_LICENCE,
        "citeAs": f"{manifest['dataset']}, release {manifest['version']}: news articles cut out of scraped pages.",
        "distribution": distribution,
        "recordSet": records,
    }
    return _dump_json(dataset)
