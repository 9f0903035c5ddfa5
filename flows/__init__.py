"""Kliping: from raw scraped news to versioned datasets.

`publish` is the Prefect flow, `run.publish_run` holds the order of its steps, `workers.batch_processing` processes one
batch of documents. The stages are read, clean, describe, validate, dedupe, release and report; each package's docstring
is its contract.
"""
