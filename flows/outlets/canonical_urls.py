"""Canonical form of the URL that a record or a page states.

article_id is derived from it, so two articles must never share it, and read/ and describe/ must never differ on it.
"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote, urlsplit

# A list of its own: courlan also drops `cid`, `uid`, `gallery` and parameters without a value (`?12345`), by which some
# outlets tell their articles apart.
_TRACKERS: Final = re.compile(
    r"(?:utm_.{0,100}|mtm_.{0,100}|pk_.{0,100}|hsa_.{0,100}|at_(?:medium|campaign)|"
    r"fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_cid|mc_eid|"
    r"_ga|_gl|_hsenc|_hsmi|fb_action_ids|fb_action_types|fb_source|__twitter_impression|"
    r"ref_src|ref_url|referrer|tag_from|tracking_page_direct|xtor|cmpid|ocid|sara_ecid)",
    re.IGNORECASE,
)
# Trackers unless the value has a digit: then it may be an id.
_AMBIGUOUS_TRACKERS: Final = frozenset({"ref", "source", "medium", "campaign"})
# What expectations/articles.json (url.shape) accepts: a longer address would cost the article.
_PUBLISHABLE: Final = re.compile(r"https?://[^\s/?#]{3,260}/\S{0,4000}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_SAFE_IN_QUERY: Final = "!$&'()*+,-./:;=?@_~%[]"


@lru_cache(maxsize=256)  # a page states its address in several places
def canonicalize_url(stated_url: str) -> str | None:
    """Return the URL without fragment, user name and tracking parameters, host in lower case.

    None if it is not http(s), or too long to be published. No network access. Parameters are sorted by name. Source:
    courlan for host, port and path.
    """
    from courlan import normalize_url

    try:
        parts = urlsplit(_CONTROLS.sub("", stated_url.strip()).replace("&amp;", "&"))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"[\s\"<>\\^`{|}]", host):
        return None
    host = f"[{host}]" if ":" in host else host
    netloc = host if port is None else f"{host}:{port}"
    try:
        url = str(normalize_url(parts._replace(netloc=netloc, query="", fragment="")))
        query = _drop_trackers(quote(parts.query, safe=_SAFE_IN_QUERY))
        url.encode()
    except ValueError:
        return None
    if url.count("/") == 2:
        url += "/"
    url = f"{url}?{query}" if query else url
    return url if _PUBLISHABLE.fullmatch(url) else None


def _drop_trackers(query: str) -> str:
    """Return the query without tracking parameters, sorted by name."""
    pairs = [pair for pair in query.split("&") if pair and not _is_tracker(pair)]
    return "&".join(sorted(pairs, key=lambda pair: pair.partition("=")[0]))


def _is_tracker(pair: str) -> bool:
    """Check whether a query parameter is a tracker; an ambiguous name with a digit in its value may be an id."""
    name, _, value = pair.partition("=")
    if name.lower() in _AMBIGUOUS_TRACKERS:
        return not any(c.isdigit() for c in unquote(value))
    return _TRACKERS.fullmatch(name) is not None
