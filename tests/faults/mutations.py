"""Ways to damage bytes, each seeded: what networks, disks, crawlers and people with bad intentions do to documents."""

from collections.abc import Callable
from random import Random
from typing import Final

Mutation = Callable[[bytes, Random], bytes]

HOSTILE: Final = (
    b"\x00", b"\x1b]0;title\x07", b"\x1b[2J", "\u202e".encode(), "\u200b\u2066".encode(), b"\xff\xfe", b"\xed\xa0\x80",
    b"=HYPERLINK(1)", b"<script>alert(1)</script>", b"<!--", b"]]>", b"<![CDATA[", b"&#x110000;", b"&amp" * 50,
    b'{"id":', b"WARC/1.0\r\n", b"\r", b"\x0b\x0c\x1c\x85", "\u2028".encode(), b"../../../etc/passwd", b"%00%0a",
    b"REPUBLIKA.CO.ID, JAKARTA -- ", b"Baca Juga: ", b"(" * 200, b"Senin, 31/02/2024 25:61 WIB ", b"\xc3", b"1e999",
    b'"\\ud800"', b"\xef\xbb\xbf", b"Content-Length: 99999999999\r\n", b"99999-99-99T99:99:99Z",
)  # fmt: skip


def _place(data: bytes, rng: Random) -> int:
    return rng.randrange(len(data) + 1)


def flip(data: bytes, rng: Random) -> bytes:
    """Some bytes become others."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if made:
            made[rng.randrange(len(made))] = rng.randrange(256)
    return bytes(made)


def bit(data: bytes, rng: Random) -> bytes:
    """One bit turns."""
    made = bytearray(data)
    if made:
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def cut(data: bytes, rng: Random) -> bytes:
    """A part is missing: the end, the beginning or the middle."""
    a, b = sorted((_place(data, rng), _place(data, rng)))
    return rng.choice((data[:a], data[b:], data[:a] + data[b:]))


def splice(data: bytes, rng: Random) -> bytes:
    """A part of it stands in another place too."""
    a, b = sorted((_place(data, rng), _place(data, rng)))
    at = _place(data, rng)
    return data[:at] + data[a:b] + data[at:]


def _many(rng: Random, *often: int, seldom: int) -> int:
    """One of the small numbers, or once in twelve the large one: what is large costs a run its time."""
    return seldom if rng.randrange(12) == 0 else rng.choice(often)


def duplicate(data: bytes, rng: Random) -> bytes:
    """A block is repeated many times."""
    a = _place(data, rng)
    block = data[a : a + rng.choice((1, 10, 100, 1000))]
    return data[:a] + block * _many(rng, 2, 5, seldom=100) + data[a:]


def hostile(data: bytes, rng: Random) -> bytes:
    """Words that somebody may obey."""
    for _ in range(rng.choice((1, 1, 5))):
        at = _place(data, rng)
        data = data[:at] + rng.choice(HOSTILE) + data[at:]
    return data


def line(data: bytes, rng: Random) -> bytes:
    """A huge line: one word, many words, no blank at all, or the whole document on one line."""
    how, at = rng.randrange(5), _place(data, rng)
    if how == 0:
        return data.replace(b"\n", b" ")
    word = (b"a", b"kata ", b"Kata. ", b"-- ", b"(x) ")[rng.randrange(5)]
    return data[:at] + word * _many(rng, 100, 2_000, seldom=40_000) + data[at:]


def lines(data: bytes, rng: Random) -> bytes:
    """Very many short lines, or all breaks turned into others."""
    if rng.random() < 0.5:
        return data.replace(b"\n", rng.choice((b"\r", b"\r\n", b"\n\n", b"\x0b", b"\xe2\x80\xa8")))
    at = _place(data, rng)
    return data[:at] + rng.choice((b"\n", b"a\n", b"- b\n", b"1.\n")) * _many(rng, 20, 200, seldom=8_000) + data[at:]


def nest(data: bytes, rng: Random) -> bytes:
    """Brackets or tags within each other."""
    deep, at = _many(rng, 10, 100, 300, seldom=5_000), _place(data, rng)
    opens, closes = rng.choice(
        (
            (b"[", b"]"),
            (b'{"a":', b"}"),
            (b"<div>", b"</div>"),
            (b"<table><tr><td>", b""),
            (b"<b><i>", b"</b></i>"),
            (b"(", b")"),
        )
    )
    return data[:at] + opens * deep + data[at:] + closes * rng.choice((0, deep))


def encode(data: bytes, rng: Random) -> bytes:
    """Another encoding, or the same one twice."""
    text = data.decode("utf-8", "replace")
    how = rng.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "utf-8-sig", "twice", "shift_jis")
    )
    if how == "twice":
        return text.encode().decode("cp1252", "replace").encode()
    return text.encode(how, "replace")


def controls(data: bytes, rng: Random) -> bytes:
    """Control and format characters strewn over it."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 10, 200))):
        at = rng.randrange(len(made) + 1)
        made[at:at] = rng.choice(
            (b"\x00", b"\x07", b"\x1b", b"\x7f", b"\xc2\x9b", b"\xe2\x80\xae", b"\xc2\xad", b"\xf3\xa0\x80\x81")
        )
    return bytes(made)


def digits(data: bytes, rng: Random) -> bytes:
    """Numbers become others: lengths, dates, ids."""
    made = bytearray(data)
    there = [n for n, byte in enumerate(made) if 48 <= byte < 58]
    for at in rng.sample(there, min(len(there), rng.choice((1, 3, 30)))):
        made[at] = rng.choice(b"0123456789")
    return bytes(made)


MUTATIONS: Final[tuple[Mutation, ...]] = (
    flip, bit, cut, splice, duplicate, hostile, line, lines, nest, encode, controls, digits
)  # fmt: skip


def mutated(data: bytes, rng: Random, most: int = 3) -> bytes:
    """One to `most` mutations, one after another; it never grows beyond 2 MB."""
    for _ in range(rng.randrange(1, most + 1)):
        data = rng.choice(MUTATIONS)(data, rng)[:2_000_000]
    return data
