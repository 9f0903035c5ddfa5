"""The canonical form of a URL that a record or a page states.

article_id is made of it, so two articles must never share it, and read/ and describe/ must never differ on it.
"""

import re
from typing import Final
from urllib.parse import quote, unquote, urlsplit

# Named one by one: courlan's own list also takes `cid`, `uid`, `gallery` and whatever has no value (`?12345`), which
# are what some outlets tell their articles apart by.
_TRACKERS: Final = re.compile(
    r"(?:utm_.{0,100}|mtm_.{0,100}|pk_.{0,100}|hsa_.{0,100}|at_(?:medium|campaign)|"
    r"fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_cid|mc_eid|"
    r"_ga|_gl|_hsenc|_hsmi|fb_action_ids|fb_action_types|fb_source|__twitter_impression|"
    r"ref_src|ref_url|referrer|tag_from|tracking_page_direct|xtor|cmpid|ocid|sara_ecid)",
    re.IGNORECASE,
)
# Trackers where they hold a word; with a digit in it the value may be an id.
_PERHAPS: Final = frozenset({"ref", "source", "medium", "campaign"})
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_SAFE_IN_QUERY: Final = "!$&'()*+,-./:;=?@_~%[]"


def canonical(stated: str) -> str | None:
    """The URL without fragment, user name and tracking parameters, host in lower case; None where it is no http(s) URL.

    Nothing is looked up. Parameters are sorted by name. Source: courlan for host, port and path.
    """
    from courlan import normalize_url

    try:
        parts = urlsplit(_CONTROLS.sub("", stated.strip()).replace("&amp;", "&"))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"[\s\"<>\\^`{|}]", host):
        return None
    host = f"[{host}]" if ":" in host else host
    netloc = host if port is None else f"{host}:{port}"
    try:
        url = str(normalize_url(parts._replace(netloc=netloc, query="", fragment="")))
        query = _kept(quote(parts.query, safe=_SAFE_IN_QUERY))
        url.encode()
    except ValueError:
        return None
    if url.count("/") == 2:
        url += "/"
    return f"{url}?{query}" if query else url


def _kept(query: str) -> str:
    pairs = [pair for pair in query.split("&") if pair and not _is_tracker(pair)]
    return "&".join(sorted(pairs, key=lambda pair: pair.partition("=")[0]))


def _is_tracker(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if name.lower() in _PERHAPS:
        return not any(c.isdigit() for c in unquote(value))
    return _TRACKERS.fullmatch(name) is not None
