"""Two articles never share a canonical URL; two spellings of one address do."""

import re
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

import expectations
from flows.outlets.canonical_urls import canonicalize_url


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("HTTPS://WWW.Contoh.ID:443/a//b?utm_source=x&id=5#atas", "https://www.contoh.id/a/b?id=5"),
        ("http://contoh.id:8080/a", "http://contoh.id:8080/a"),
        ("https://contoh.id", "https://contoh.id/"),
        ("https://contoh.id/..", "https://contoh.id/"),
        ("https://contoh.id/?id=5", "https://contoh.id/?id=5"),
        ("https://contoh.id/baca?b=2&amp;a=1", "https://contoh.id/baca?a=1&b=2"),
        ("https://contoh.id/baca?12345", "https://contoh.id/baca?12345"),
        ("https://contoh.id/baca?cid=7&uid=8&gallery=9", "https://contoh.id/baca?cid=7&gallery=9&uid=8"),
        ("https://contoh.id/baca?ref=beranda&source=wa&fbclid=abc", "https://contoh.id/baca"),
        ("https://contoh.id/baca?ref=1234", "https://contoh.id/baca?ref=1234"),
        ("https://contoh.id/baca?page=all", "https://contoh.id/baca?page=all"),
        ("https://contoh.id/baca?url=https://lain.id/x", "https://contoh.id/baca?url=https://lain.id/x"),
        ("https://contoh.id/caf\u00e9?q=\u00fc", "https://contoh.id/caf%C3%A9?q=%C3%BC"),
        (" https://contoh.id/a\n", "https://contoh.id/a"),
        ("https://nama:sandi@contoh.id/a", "https://contoh.id/a"),
    ],
)
def test_canonicalize_url(stated, expected):
    assert canonicalize_url(stated) == expected
    assert canonicalize_url(expected) == expected


@pytest.mark.parametrize(
    "stated",
    ["", "contoh.id/a", "//contoh.id/a", "ftp://contoh.id/a", "javascript:alert(1)", "http://", "http:///a",
     "http://[::1", "http://contoh.id:99999/", "http://con toh.id/", "https://contoh.id/\ud800", "http://a<b>/c",
     "http://tv/a", f"https://contoh.id/{'a' * 4001}", f"https://contoh.id/?{'a=1&' * 1001}"],
)  # fmt: skip
def test_what_is_no_http_url_is_null(stated):
    assert canonicalize_url(stated) is None


def test_nothing_is_looked_up(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert canonicalize_url("https://contoh.id/a") == "https://contoh.id/a"


_pieces = st.sampled_from(
    ["a", "xn--", "%", "%2", "%41", "/", "//", ".", "..", "?", "&", "=", ";", "#", ":", "@", "[", "]", " ", "é", "{b}"]
)


@given(st.lists(_pieces, max_size=12).map("".join) | st.text(max_size=30))
def test_canonicalize_url_is_idempotent_and_never_crashes(rest):
    url = canonicalize_url("https://contoh.id/" + rest)
    assert url is not None
    assert canonicalize_url(url) == url
    anywhere = canonicalize_url("https://" + rest)
    assert anywhere is None or canonicalize_url(anywhere) == anywhere


@pytest.mark.parametrize("size", [10, 3_990, 4_000, 4_001])
@pytest.mark.parametrize("host", ["t", "tv", "t.v", f"{'warta.' * 43}id", f"{'warta.' * 44}id"])
def test_a_url_is_one_that_a_row_may_have(host, size):
    (shape,) = (row for row in expectations.load("articles")["expectations"] if row["meta"]["name"] == "url.shape")
    for rest in ("a" * size, "?" + "a" * (size - 1)):
        url = canonicalize_url(f"https://{host}/{rest}")
        assert (url is None) == (re.match(shape["kwargs"]["regex"], f"https://{host}/{rest}") is None)
