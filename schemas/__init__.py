"""Schemas of Kliping's tables: the one description of every column, from which everything else is generated.

`columns`         every column of every published table: name, type, nullability, meaning
`vocabulary`      the closed lists: kinds of span, reasons of rejection, bases, stages, sureness
`arrow`           the description as Arrow schemas, stored in each Parquet file
`reader_schemas`  the description for readers: JSON Schema, codebook, data package, Croissant
`stage_tables`    the tables that pass from stage to stage inside a run (never published)

The schema version is semantic and independent of release versions: within a major version columns are only added.
Nothing here imports a stage, Prefect or Great Expectations.
"""

SCHEMA_VERSION = "1.1.0"
# Number of the rule by which article_id is derived (flows/describe/identity.py, flows/run/id_conflicts.py). Raise it
# when a document may get another id: parents of an older rule are then matched by their bytes and places.
IDENTITY_RULE = 2
