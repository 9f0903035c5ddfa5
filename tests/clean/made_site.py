# ruff: noqa: E501 (markup, as sites write it)
"""Made news sites as HTML: what a page of one holds, and the head, menu, side column and foot around it.

All words are the invented ones of the benchmark's newsroom. `listing_pages` and `story_pages` have the shapes: functions
from a `Site` to the inside of its page.
"""

from dataclasses import dataclass, field
from functools import cache
from html import escape
from random import Random
from typing import NamedTuple

from tests.benchmarks import newsroom
from tests.benchmarks.newsroom import Tongue

WORDS = {
    "id": {"more": "Baca Selengkapnya", "results": "Hasil pencarian untuk", "tag": "Berita terkini seputar",
           "popular": "Terpopuler", "related": "Berita Terkait", "also": "Baca juga", "ago": "jam lalu",
           "next": "Selanjutnya", "section": "Ekonomi", "photo": "Foto", "about": "Redaksi"},
    "en": {"more": "Read more", "results": "Search results for", "tag": "Latest news about", "popular": "Most read",
           "related": "Related stories", "also": "Read also", "ago": "hours ago", "next": "Next", "section": "Business",
           "photo": "Photo", "about": "About us"},
}  # fmt: skip


class Item(NamedTuple):
    """A story as a list shows it."""

    href: str
    title: str
    teaser: str
    stamp: str


# What a site says of itself at the foot of every third page.
ABOUT = {
    "id": "Harian Dermaga adalah surat kabar harian yang terbit di kota pelabuhan sejak tahun 1961. Kami menulis tentang "
    "laut, pasar, dan warga pesisir, dengan wartawan di dua belas kabupaten. Kirim kabar, foto, dan surat pembaca Anda ke "
    "meja redaksi kami setiap hari sampai pukul empat sore.",
    "en": "The Harbour Daily has reported from the coast since 1961. We write about the sea, its markets and the people who "
    "live beside it, with reporters in twelve districts. Send us your letters, photographs and corrections; the newsroom "
    "reads every one of them before four in the afternoon.",
}


@dataclass
class Site:
    """One made page: its language, its number (which draws all words), and what its lists show of each story."""

    code: str
    number: int
    count: int = 12
    teasers: str = "cut"  # none | cut (ends in ...) | whole (a sentence)
    times: bool = False
    random: Random = field(init=False)
    tongue: Tongue = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(f"{self.code} {self.number}")
        self.tongue = tongue(self.code)

    def __getitem__(self, name: str) -> str:
        return WORDS[self.code][name]

    def title(self) -> str:
        return escape(self.random.choice(self.tongue.title))

    def sentences(self, count: int) -> str:
        pick = self.random.choice
        told = (f"{pick(self.tongue.who)} {pick(self.tongue.what)} {pick(self.tongue.when)}." for _ in range(count))
        return escape(" ".join(one[0].upper() + one[1:] for one in told), quote=False)

    def href(self) -> str:
        return f"/{self['section'].lower()}/{self.random.randrange(10**6)}/{self.random.randrange(10**4)}-kabar.html"

    def items(self, count: int | None = None) -> list[Item]:
        return [self.item() for _ in range(count or self.count)]

    def item(self) -> Item:
        told = self.sentences(2)
        cut = f"{told[: self.random.randrange(90, 170)].rsplit(' ', 1)[0]} ..."
        teaser = {"none": "", "cut": cut, "whole": self.sentences(1)}[self.teasers]
        stamp = f"{self.random.randrange(2, 23)} {self['ago']}" if self.times else ""
        return Item(self.href(), self.title(), teaser, stamp)


@cache
def tongue(code: str) -> Tongue:
    """The clauses of a language, drawn once."""
    draw = Random(17)
    return {"id": newsroom.indonesian, "en": newsroom.english}[code](draw, newsroom.people(draw))


def page(site: Site, main: str, title: str = "", head: str = "") -> str:
    """A whole page around its main part, in one of two fashions."""
    name = "Harian Dermaga"
    menu = "".join(f'<li><a href="/{one.lower()}">{one}</a></li>' for one in newsroom.SECTIONS[:14])
    foot = "".join(f'<li><a href="/{number}">{one}</a></li>' for number, one in enumerate(newsroom.FOOT[:6]))
    side = "".join(f'<li><a href="{site.href()}">{site.title()}</a></li>' for _ in range(5))
    top, column, end = (
        (
            f"<header><a href='/'>{name}</a><nav><ul>{menu}</ul></nav></header>",
            f"<aside><h3>{site['popular']}</h3><ol>{side}</ol></aside>",
            f"<footer><ul>{foot}</ul><p>Copyright 2025 {name}</p></footer>",
        )
        if site.number % 2
        else (
            f'<div class="header"><a href="/">{name}</a><div class="menu"><ul>{menu}</ul></div></div>',
            f'<div class="sidebar"><div class="widget-title">{site["popular"]}</div><ul>{side}</ul></div>',
            f'<div class="bottom"><ul>{foot}</ul><div>Copyright 2025 {name}. All rights reserved.</div></div>',
        )
    )
    about = f"<div><p>{ABOUT[site.code]}</p></div>" if site.number % 3 == 0 else ""
    return (
        f'<!DOCTYPE html><html lang="{site.code}"><head><meta charset="utf-8"><title>{title or site["section"]} - {name}'
        f"</title>{head}</head><body>{top}{main}{column}{end}{about}</body></html>"
    )


def piece(text: str, around: str = '<p class="{}">{}</p>', name: str = "excerpt") -> str:
    return around.format(name, text) if text else ""
