"""Workers: processes that clean and describe one batch of documents, on this machine or on a Dask cluster."""
