"""The page of a saved file: which part is it, where it was, and when it was saved."""

from datetime import UTC, datetime

import pytest

from flows.read.mhtml_page import extract_page, is_mhtml

PAGE = "<html><body><p>Hujan turun.</p></body></html>"


def message(*parts, **headers):
    """A message of these (type, address, content) parts."""
    head = {"MIME-Version": "1.0", "Content-Type": 'multipart/related; boundary="x"', **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in head.items()]
    for kind, address, content in parts:
        lines += [
            "",
            "--x",
            f"Content-Type: {kind}",
            *([f"Content-Location: {address}"] if address else []),
            "",
            content,
        ]
    return "\n".join([*lines, "--x--", ""]).encode()


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (message(("text/html", None, PAGE)), True),
        (message(("text/html", None, PAGE)).replace(b"related", b"alternative"), True),
        (message(("text/html", None, PAGE)).replace(b"multipart/related", b"text/plain"), False),
        (message(("text/html", None, PAGE)).replace(b"MIME-Version", b"Version"), False),
        (b"Hujan turun.\n" + message(("text/html", None, PAGE)), False),
    ],
)
def test_the_headers_tell(data, is_one):
    assert is_mhtml(data) is is_one


def test_the_part_at_the_stated_address_is_the_page():
    data = message(
        ("text/plain", None, "Catatan"), ("text/html", "https://x.id/iklan", "<p>Iklan</p>"),
        ("text/html", "https://x.id/a", PAGE), Snapshot_Content_Location="https://x.id/a",
    )  # fmt: skip
    page = extract_page(data)
    assert (page.content.decode().strip(), page.url, page.charset, page.saved_at) == (
        PAGE,
        "https://x.id/a",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://x.id/a", "https://x.id/a"), ("http://x.id/a", "http://x.id/a"), ("https://x.id/\n a", "https://x.id/a"),
        ("file:///C:/a.html", None), ("cid:1@x", None), (None, None),
    ],
)  # fmt: skip
def test_the_first_page_counts_where_none_is_stated_and_only_a_web_address_is_one(address, url):
    page = extract_page(message(("text/html", address, PAGE), ("text/html", "https://x.id/b", "<p>Lain</p>")))
    assert (page.content.decode().strip(), page.url) == (PAGE, url)


@pytest.mark.parametrize("parts", [[], [("text/plain", None, "Hujan")], [("text/html", None, "  ")]])
def test_without_a_page_there_is_none(parts):
    assert extract_page(message(*parts)) is None


def test_the_charset_and_the_day_of_saving_are_stated():
    data = message(("text/html; charset=iso-8859-1", None, PAGE), Date="Tue, 12 Sep 2023 14:20:00 +0700")
    page = extract_page(data)
    assert (page.charset, page.saved_at) == ("iso-8859-1", datetime(2023, 9, 12, 7, 20, tzinfo=UTC))
    assert extract_page(message(("text/html", None, PAGE), Date="kemarin")).saved_at is None
