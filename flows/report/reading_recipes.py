"""How to read a release, tool by tool: a section of the card. tests/recipes runs each on a fresh release."""

from typing import Final

READING: Final = """## How to read it

Run these from the folder this file is in. The Parquet files keep every type; take the CSV only where nothing else will
do.

```python
# pandas
import pandas as pd

articles = pd.read_parquet("data", dtype_backend="pyarrow")
```

```python
# pyarrow
import pyarrow.dataset as ds

articles = ds.dataset("data", format="parquet").to_table()
```

```sql
-- DuckDB
SELECT outlet, count(*) AS articles FROM 'data/articles-*.parquet' GROUP BY outlet ORDER BY articles DESC;
```

```python
# Polars
import polars as pl

articles = pl.read_parquet("data/articles-*.parquet")
```

```python
# Spark
from pyspark.sql import SparkSession

articles = SparkSession.builder.getOrCreate().read.parquet("data")
```

```python
# Hugging Face datasets
from pathlib import Path

from datasets import load_dataset

articles = load_dataset(str(Path.cwd()), split="train")
```

```python
# Croissant
import mlcroissant as mlc

records = mlc.Dataset(jsonld="croissant.json").records(record_set="articles")
articles = [{name.partition("/")[2]: value for name, value in record.items()} for record in records]
```

```python
# Frictionless
from frictionless import Package

articles = Package("datapackage.json").get_resource("articles-csv").read_rows()
```

`csv/articles.csv` holds the same rows. A text spans several lines within its quotes, lists are JSON, and an empty cell
is null. Many readers take words such as NA, NULL or None for null: a value that is spelled like one of them, in
whatever case, has an apostrophe before it, so that it stays a value (`'NA`); take that apostrophe away to have it as
printed. `csv/metadata.csv` leaves the text out, one line a row, for spreadsheets.

```python
# pandas, from CSV
import json

import pandas as pd

articles = pd.read_csv("csv/articles.csv", dtype={"source_id": "str"}, parse_dates=["date", "published_at"])
for name in ("authors", "editors", "cited_sources"):
    articles[name] = articles[name].map(json.loads)
```

```python
# pyarrow, from CSV
from pyarrow import csv

articles = csv.read_csv("csv/articles.csv", parse_options=csv.ParseOptions(newlines_in_values=True))
```

```python
# DuckDB, from CSV
import duckdb

articles = duckdb.read_csv("csv/articles.csv", quotechar='"', escapechar='"', sample_size=-1).to_arrow_table()
```

```python
# Polars, from CSV
import polars as pl

articles = pl.read_csv("csv/articles.csv", infer_schema_length=None)
```

```python
# Spark, from CSV
from pyspark.sql import SparkSession

articles = SparkSession.builder.getOrCreate().read.csv("csv/articles.csv", header=True, multiLine=True, escape='"')
```

```python
# Hugging Face datasets, from CSV
from datasets import load_dataset

articles = load_dataset("csv", data_files="csv/articles.csv", split="train")
```

For a story once, leave out the rows where `duplicate_of` is not null. For what the documents say of themselves, leave
out the rows whose `outlet_basis`, `author_basis` or `date_basis` is `inferred`. To check the files:
`sha256sum -c SHA256SUMS`, or `frictionless validate datapackage.json`.

`report.html` shows what was cut from a sample of articles and by which rule.
"""
