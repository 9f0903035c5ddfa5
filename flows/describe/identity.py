"""Identity of an article: its URL and its article_id, by the document alone.

A page may declare a canonical URL that is not its own: a section page, the front page, page 1 of the story, another
site's article. So a declared canonical is believed only under the conditions of `choose_url`. Whether other documents
of a run declare the same one is settled later, by flows/run/claimed_ids.py. For that, what the document has
without its declared canonical is passed on: its own URL, and the article_id by that URL or by its identity.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from flows.describe.document_view import DocumentView, Evidence
from flows.outlets.canonical_urls import canonicalize_url
from flows.outlets.registry import extract_registered_domain

_RECORD_DIGEST: Final = re.compile(r"rec:[0-9a-f]{32}")
_PLACES: Final = ("link", "og", "jsonld")  # what may declare a canonical URL, the strongest first
_VARIANT_HOST: Final = re.compile(r"^(?:www\d?|m|mobile|amp|wap|print|cetak)\.")
_VARIANT_PATH: Final = re.compile(r"(?:^|(?<=/))(?:amp|m|mobile|print|cetak)(?=/|$)|\.amp(?=$|\.html?$)", re.IGNORECASE)
# Query parameters that ask for another form of the same page: AMP, mobile, print, all pages on one.
_VARIANT_QUERY: Final = re.compile(
    r"(?:amp|outputtype|m|mobile|print|view|show_?page|single|page|halaman|hal)=?"
    r"(?:amp|all|full|single|print|mobile|true|yes|0|1)?",
    re.IGNORECASE,
)
_PAGE_IN_QUERY: Final = re.compile(
    r"(?:^|&)(?:page|paged|pg|p|hal|halaman|pagenum|page_no)=(\d{1,3})(?=&|$)", re.IGNORECASE
)
_PAGE_IN_PATH: Final = re.compile(r"/(?:(?:page|halaman|hal|p)[/-]?)?(\d{1,3})/?$", re.IGNORECASE)
_INDEX_NAME: Final = re.compile(r"(?:index|default|home|beranda)(?:\.\w{2,5})?$", re.IGNORECASE)
_WORD_BREAKS: Final = re.compile(r"[-_+.]|%20")
_MIN_SLUG_WORDS: Final = 3  # a section has one or two words: /berita, /ekonomi-bisnis


class ChosenUrl(NamedTuple):
    """URL of a document, its evidence, its URL without the declared canonical, and its page within a story, from 1."""

    url: str | None
    evidence: list[Evidence]
    own_url: str | None
    page_number: int = 1


def compute_article_id(url: str | None, identity: str) -> str:
    """Return 32 hex digits: blake2b-128 of `url:` and the URL, else of `id:` and the document's identity.

    An identity of the form `rec:` and a digest is that of a record without id and URL, and is hashed as it is.
    """
    name = f"url:{url}" if url else identity if _RECORD_DIGEST.fullmatch(identity) else f"id:{identity}"
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def choose_url(view: DocumentView, own_url: str | None) -> ChosenUrl:
    """Choose the URL of a document: a declared canonical that can be believed, else its own, with evidence.

    A declared canonical must have an article's path and, where the document's own URL is known, its site. It must equal
    the own URL apart from tracking, AMP, mobile and print forms, or be declared in two places (link, og:url, JSON-LD).
    Without an own URL one declaration will do, if no other contradicts it. A page of a story keeps its own URL.
    """
    own_evidence = [Evidence("url", "url.record", None, own_url)] if own_url else []
    declared = list(_list_declared_urls(view, own_url))
    places_by_variant: dict[str, set[str]] = {}
    for place, target, _ in declared:
        places_by_variant.setdefault(_fold_variant(target), set()).add(place)
    first_targets = {place: target for place, target, _ in reversed(declared)}.values()
    is_undisputed = len({_fold_variant(target) for target in first_targets}) == 1
    for place, target, printed in declared:
        if not has_article_path(target):
            continue
        variant = _fold_variant(target)
        is_declared_twice = len(places_by_variant[variant]) > 1
        if own_url is None:
            is_believed = is_undisputed or is_declared_twice
        elif extract_registered_domain(_parse_host(target)) != extract_registered_domain(_parse_host(own_url)):
            continue
        elif page_number := find_page_number(own_url, target):
            return ChosenUrl(own_url, own_evidence, own_url, page_number)
        else:
            is_believed = variant == _fold_variant(own_url) or is_declared_twice
        if is_believed:
            is_variant = own_url is not None and variant == _fold_variant(own_url)
            evidence = [Evidence("url", f"url.{place}", None, printed)]
            return ChosenUrl(target, evidence, target if is_variant else own_url)
    return ChosenUrl(own_url, own_evidence, own_url)


def find_declared_site(view: DocumentView, own_url: str | None) -> str | None:
    """Return a URL that names the document's site: its own, else any declared one that is a page of a site."""
    return own_url or next((target for _, target, _ in _list_declared_urls(view, None)), None)


def has_article_path(url: str) -> bool:
    """Return whether a URL can be that of one article: no front page, index or bare section.

    A slug of three words, a number, or a file name of its own tells an article.
    """
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    if any(character.isdigit() for character in parts.query):
        return True
    if not segments or _INDEX_NAME.fullmatch(segments[-1]):
        return False
    return any(character.isdigit() for segment in segments for character in segment) or (
        sum(1 for word in _WORD_BREAKS.split(segments[-1].removesuffix(".html")) if word) >= _MIN_SLUG_WORDS
        or re.search(r"\.(?:s?html?|php|aspx?|jsp)$", segments[-1]) is not None
    )


def find_page_number(own_url: str, canonical: str) -> int | None:
    """Return the page of a story that `own_url` adds to `canonical`, from 2; None where it is no page of it."""
    own_parts, declared = urlsplit(own_url), urlsplit(canonical)
    match = _PAGE_IN_QUERY.search(own_parts.query)
    if match and _PAGE_IN_QUERY.search(declared.query) is None:
        stripped_query = (own_parts.query[: match.start()] + own_parts.query[match.end() :]).strip("&")
        stripped = own_parts._replace(query=stripped_query).geturl()
    elif (match := _PAGE_IN_PATH.search(own_parts.path)) and len(own_parts.path) > len(declared.path):
        stripped = own_parts._replace(path=own_parts.path[: match.start()]).geturl()
    else:
        return None
    is_page = int(match[1]) > 1 and _fold_variant(stripped) == _fold_variant(canonical)
    return int(match[1]) if is_page else None


def _list_declared_urls(view: DocumentView, own_url: str | None) -> Iterator[tuple[str, str, str]]:
    """Yield each declared canonical as (place, canonical form, as printed); what is no http URL is left out."""
    for candidate in view.find_candidates("canonical", *_PLACES):
        printed = candidate.value.strip()
        try:
            target = canonicalize_url(urljoin(own_url, printed) if own_url else printed)
        except ValueError:
            continue
        if target is not None:
            yield candidate.where, target, printed


@lru_cache(maxsize=256)  # a page states its address in several places
def _fold_variant(url: str) -> str:
    """Fold a URL: scheme, AMP, mobile and print forms, and the closing slash do not count."""
    parts = urlsplit(url)
    host = _VARIANT_HOST.sub("", parts.netloc.lower())
    path = re.sub(r"/{2,}", "/", _VARIANT_PATH.sub("", parts.path)).rstrip("/")
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _VARIANT_QUERY.fullmatch(pair))
    return f"{host}{path}?{query}"


def _parse_host(url: str) -> str:
    return urlsplit(url).hostname or ""
