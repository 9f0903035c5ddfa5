"""What Kliping's tables hold: one description, from which everything else is made.

`columns`     every column of every published table: name, type, whether it may be null, its meaning
`vocabulary`  the closed lists: kinds of span, reasons of rejection, bases, stages, sureness
`arrow`       the description as Arrow schemas, stored in each Parquet file
`documents`   the description for readers: JSON Schema, codebook
`stages`      the tables that pass from stage to stage inside a run (never published)

The schema version is semantic and apart from release versions: within a major version columns are only added.
Nothing here imports a stage, Prefect or Great Expectations.
"""

SCHEMA_VERSION = "1.0.0"
