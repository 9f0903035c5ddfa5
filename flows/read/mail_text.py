"""A message of electronic mail as a text file (.eml): its subject, and its text, by Python's email."""

import email
import email.policy
import re
from email.header import decode_header, make_header
from typing import Final

_HEADER: Final = re.compile(r"(?P<name>[A-Za-z][A-Za-z-]{1,60}):[ \t]")
_FIRST_HEADER: Final = re.compile(r"[\ufeff\r\n]{0,20}[A-Za-z][A-Za-z-]{1,60}:[ \t]")
_MAIL_HEADERS: Final = frozenset(
    ("from", "to", "subject", "date", "message-id", "received", "return-path", "mime-version", "reply-to", "sender",
     "delivered-to", "content-type", "list-unsubscribe")
)  # fmt: skip
_MIN_HEADERS: Final = 3
_HEAD_LINES: Final = 200
_OPENING: Final = 20_000


def read_mail(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the text of a message and what its head states, its subject as the title; None where it is no message.

    A message was sent on its day and by its sender, who need not have written the story: neither is stated.
    """
    if not _FIRST_HEADER.match(text):
        return None
    head = text.lstrip("\ufeff\r\n")[:_OPENING].replace("\r\n", "\n").partition("\n\n")[0]
    names: list[str] = []
    for line in head.split("\n")[:_HEAD_LINES]:
        if line[:1] in (" ", "\t") and names:
            continue  # a header goes on
        if not (matched := _HEADER.match(line)):
            return None
        names.append(matched["name"].lower())
    known_headers = _MAIL_HEADERS.intersection(names)
    if len(known_headers) < _MIN_HEADERS or "subject" not in names or not known_headers & {"from", "received"}:
        return None
    message = email.message_from_string(text.lstrip("\ufeff\r\n"), policy=email.policy.compat32)
    payload = message.get_payload(decode=True)
    if message.get_content_type() != "text/plain" or not isinstance(payload, bytes):
        return None
    charset = message.get_content_charset() or "utf-8"
    is_encoded = (message.get("Content-Transfer-Encoding") or "").strip().lower() in ("base64", "quoted-printable")
    try:
        body = payload.decode(charset, "replace") if is_encoded else str(message.get_payload())
        subject = str(make_header(decode_header(message.get("Subject") or "")))
    except (LookupError, ValueError):
        return None
    return body, {"title": " ".join(subject.split())} if subject.strip() else {}
