"""Kliping: raw scraped news in, versioned datasets out.

`story` tells the whole story on one page, `publish` as a Prefect flow; `pipeline` tells it for one batch of documents.
The stages lie in the folders, in the order read, clean, describe, validate, dedupe, release.
"""
