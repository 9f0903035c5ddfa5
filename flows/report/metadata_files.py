"""The release for programs: schema.json, codebook.csv, datapackage.json, croissant.json."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from flows.report.statistics import parts
from schemas import reader_schemas
from schemas.columns import PUBLISHED

Json = dict[str, Any]
_PARQUET = "application/vnd.apache.parquet"
# The name that Croissant readers know; the registered one above is newer than they are.
_CROISSANT_PARQUET = "application/x-parquet"
_KEYS = {"articles": ["article_id"], "changes": ["article_id"]}
# The page for works that nobody may pass on without asking.
_NO_LICENCE = "https://choosealicense.com/no-permission/"
_DESCRIPTION = "News articles cut out of scraped pages. The texts belong to their publishers."

# The vocabulary of Croissant 1.0, as its specification prints it.
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


def _dumped(made: Json) -> str:
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def schema_json() -> str:
    """JSON Schema of a row of each table."""
    return _dumped(reader_schemas.json_schemas())


def codebook_csv() -> str:
    """The codebook as RFC 4180, with its header."""
    rows = reader_schemas.codebook()
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-") or "dataset"


def _resource(name: str, paths: list[str], table: str, kind: tuple[str, str], left_out: tuple[str, ...] = ()) -> Json:
    fields = [field for field in reader_schemas.datapackage_fields(table) if field["name"] not in left_out]
    if kind[0] == "parquet":
        # Readers of Table Schema hold a Parquet list for no array; they know what it is from the file.
        fields = [field | {"type": "any"} if field["type"] == "array" else field for field in fields]
    schema: Json = {"fields": fields}
    if table in _KEYS:
        schema["primaryKey"] = _KEYS[table]
    return {
        "name": name,
        "path": paths[0] if len(paths) == 1 else paths,
        "description": reader_schemas.ROWS[table],
        "format": kind[0],
        "mediatype": kind[1],
        **({"encoding": "utf-8"} if kind[0] == "csv" else {}),
        "schema": schema,
    }


def datapackage_json(folder: Path, manifest: Json) -> str:
    """A Frictionless Data Package (version 1 profile) of the tables that lie in the folder."""
    resources = []
    for table in PUBLISHED:
        paths = [path.relative_to(folder).as_posix() for path in parts(folder, table)]
        if paths:
            resources.append(_resource(table, paths, table, ("parquet", _PARQUET)))
    for name, left_out in (("articles", ()), ("metadata", ("text",))):
        if (folder / "csv" / f"{name}.csv").exists():
            resources.append(_resource(f"{name}-csv", [f"csv/{name}.csv"], "articles", ("csv", "text/csv"), left_out))
    package = {
        "profile": "data-package",
        "name": _slug(manifest["dataset"]),
        "title": f"{manifest['dataset']} {manifest['version']}",
        "description": _DESCRIPTION,
        "version": manifest["version"],
        "created": manifest["created_at"],
        "licenses": [{"name": "other", "title": "The texts belong to their publishers", "path": _NO_LICENCE}],
        "resources": resources,
    }
    return _dumped(package)


def croissant_json(folder: Path, manifest: Json) -> str:
    """Croissant 1.0 metadata: one file object a Parquet file, one record set a table."""
    sums = {file["path"]: file["sha256"] for file in manifest["files"]}
    distribution: list[Json] = []
    records: list[Json] = []
    for table in PUBLISHED:
        paths = [path.relative_to(folder).as_posix() for path in parts(folder, table)]
        for path in paths:
            distribution.append(
                {
                    "@type": "cr:FileObject",
                    "@id": path,
                    "name": path,
                    "contentUrl": path,
                    "encodingFormat": _CROISSANT_PARQUET,
                    "sha256": sums[path],
                }
            )
        if not paths:
            continue
        source: Json = {"fileObject": {"@id": paths[0]}}
        if len(paths) > 1:
            files = f"{table}-files"
            distribution.append(
                {
                    "@type": "cr:FileSet",
                    "@id": files,
                    "name": files,
                    "containedIn": [{"@id": path} for path in paths],
                    "encodingFormat": _CROISSANT_PARQUET,
                    "includes": reader_schemas.PLACES[table],
                }
            )
            source = {"fileSet": {"@id": files}}
        records.append(
            {
                "@type": "cr:RecordSet",
                "@id": table,
                "name": table,
                "description": reader_schemas.ROWS[table],
                **({"key": [{"@id": f"{table}/{key}"} for key in _KEYS[table]]} if table in _KEYS else {}),
                "field": reader_schemas.croissant_fields(table, source),
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
    return _dumped(dataset)
