"""Kliping: raw scraped news in, versioned datasets out.

`publish` tells the whole story on one page; `pipeline` tells it for one batch of documents, without Prefect.
The stages lie in the folders, in the order read, clean, describe, validate, dedupe, release.
"""
