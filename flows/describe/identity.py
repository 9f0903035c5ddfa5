"""Which article this is: its canonical URL and its article_id."""

from hashlib import blake2b
from urllib.parse import urljoin, urlsplit

from flows.describe.sheet import Evidence, Sheet
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
            target = urlsplit(urljoin(url, found) if url else found)
            source = urlsplit(url or found)
        except ValueError:
            continue
        if target.scheme not in {"http", "https"} or not target.hostname or not source.hostname:
            continue
        if len(target.path) > 1 and registered_domain(target.hostname) == registered_domain(source.hostname):
            return target._replace(fragment="").geturl(), [Evidence("url", f"url.{candidate.where}", None, found)]
    return url, [Evidence("url", "url.record", None, url)] if url else []
