"""Content-Security-Policy of Prefect's pages: a browser that shows them sends no request to another host.

Pages of blocks show logos that lie on the servers of others, and the second page asks a tracking host. The server
copies its pages into a folder at its first start; the policy is written into these copies.
"""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_HEAD: Final = "<head>"
_POLICY: Final = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:{origins}; object-src 'none'; base-uri 'self'"
)


def build_policy(api_url: str) -> str:
    """Build the policy: the page's own host, and that of `api_url` where this is no path of the same host."""
    address = urlsplit(api_url)
    host = address.netloc
    schemes = (address.scheme, "wss" if address.scheme == "https" else "ws")
    return _POLICY.format(origins="".join(f" {scheme}://{host}" for scheme in schemes) if host else "")


def restrict_pages(folder: Path, api_url: str) -> int:
    """Write the policy into each index.html in the folders of `folder`, and return how many pages have it."""
    tag = f'{_HEAD}\n    <meta http-equiv="Content-Security-Policy" content="{build_policy(api_url)}" />'
    restricted_count = 0
    for page in sorted(folder.glob("*/index.html")):
        markup = page.read_text(encoding="utf-8")
        if "Content-Security-Policy" not in markup:
            markup = markup.replace(_HEAD, tag, 1)
            page.write_text(markup, encoding="utf-8")
        restricted_count += "Content-Security-Policy" in markup
    return restricted_count
