"""Identity of an article: its canonical URL and its article_id."""

from hashlib import blake2b
from urllib.parse import urljoin, urlsplit

from flows.describe.document_view import DocumentView, Evidence
from flows.outlets.canonical_urls import canonicalize_url
from flows.outlets.registry import extract_registered_domain


def compute_article_id(url: str | None, identity: str) -> str:
    """Return 32 hex digits: blake2b-128 of `url:` and the canonical URL, else of `id:` and the document's identity."""
    name = f"url:{url}" if url else f"id:{identity}"
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def choose_canonical_url(view: DocumentView, url: str | None) -> tuple[str | None, list[Evidence]]:
    """Choose the page's canonical URL if it has the record's site and a path, else the record's URL; add the evidence.

    A page may declare another site's article as canonical (syndication), which is not the address of this document.
    """
    for candidate in view.find_candidates("canonical"):
        declared_url = candidate.value.strip()
        try:
            canonical_target = canonicalize_url(urljoin(url, declared_url) if url else declared_url)
        except ValueError:
            continue
        if canonical_target is None or urlsplit(canonical_target).path in ("", "/"):
            continue
        if url is None or extract_registered_domain(_parse_host(canonical_target)) == extract_registered_domain(
            _parse_host(url)
        ):
            return canonical_target, [Evidence("url", f"url.{candidate.where}", None, declared_url)]
    return url, [Evidence("url", "url.record", None, url)] if url else []


def _parse_host(url: str) -> str:
    return urlsplit(url).hostname or ""
