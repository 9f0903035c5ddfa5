"""Which article this is: its canonical URL and its article_id."""

from hashlib import blake2b
from urllib.parse import urljoin, urlsplit

from flows.describe.document_view import Evidence, Sheet
from flows.outlets.canonical_urls import canonical
from flows.outlets.registry import registered_domain


def article_id(url: str | None, identity: str) -> str:
    """32 hex digits: blake2b-128 of `url:` and the canonical URL, else of `id:` and the document's identity."""
    name = f"url:{url}" if url else f"id:{identity}"
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def canonical_url(sheet: Sheet, url: str | None) -> tuple[str | None, list[Evidence]]:
    """The page's canonical URL where it is of the record's own site and has a path, else the record's URL.

    A page may name another site's article as canonical (syndication); that is not where this document was.
    """
    for candidate in sheet.said("canonical"):
        found = candidate.value.strip()
        try:
            target = canonical(urljoin(url, found) if url else found)
        except ValueError:
            continue
        if target is None or urlsplit(target).path in ("", "/"):
            continue
        if url is None or registered_domain(_host(target)) == registered_domain(_host(url)):
            return target, [Evidence("url", f"url.{candidate.where}", None, found)]
    return url, [Evidence("url", "url.record", None, url)] if url else []


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
