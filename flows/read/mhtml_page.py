"""A page that a browser saved as one file (MHTML) -> the page, its address and when it was saved, by Python's email."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final

from flows.read.field_values import convert_to_utc

_HEADER: Final = re.compile(rb"\A\s{0,20}[A-Za-z][A-Za-z-]{1,60}:[ \t]")
_VERSION: Final = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)
_RELATED: Final = re.compile(
    rb"^content-type:\s{0,20}multipart/(?:related|mixed|alternative)|^(?:snapshot-)?content-location:",
    re.IGNORECASE | re.MULTILINE,
)
_PARTS: Final = 5000


@dataclass(frozen=True, slots=True)
class SavedPage:
    """The page within an MHTML file."""

    content: bytes
    charset: str | None
    url: str | None
    saved_at: datetime | None


def is_mhtml(data: bytes) -> bool:
    """Return whether bytes begin with the headers of a MIME message that holds a page."""
    head = data[:8192]
    return _HEADER.match(head) is not None and _VERSION.search(head) is not None and _RELATED.search(head) is not None


def extract_page(data: bytes) -> SavedPage | None:
    """Extract the page of an MHTML file; None where none of its parts is one."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    pages: list[Message] = []
    for number, part in enumerate(message.walk()):
        if number > _PARTS:
            break
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            pages.append(part)
    if not pages:
        return None
    stated = _address(message.get("Snapshot-Content-Location")) or _address(message.get("Content-Location"))
    page = next((part for part in pages if stated and _address(part.get("Content-Location")) == stated), pages[0])
    content = page.get_payload(decode=True)
    if not isinstance(content, bytes) or not content.strip():
        return None
    return SavedPage(
        content,
        page.get_content_charset(),
        stated or _address(page.get("Content-Location")),
        _parse_date(message.get("Date")),
    )


def _address(value: object) -> str | None:
    text = "".join(str(value).split()) if value else ""
    return text if text.startswith(("http://", "https://")) else None


def _parse_date(value: object) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(value)) if value else None
    except (ValueError, TypeError, OverflowError):
        return None
    return convert_to_utc(moment) if moment else None
