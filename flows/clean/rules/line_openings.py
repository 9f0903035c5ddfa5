"""Clutter inside prose: what opens a line of its own there, and where that line ends.

    find_clutter_lines(text, start, end, gaps) -> (start, end) of each, in order, none overlapping

Used where the line breaks of a text are lost: what is found becomes a line, and the cues of whole lines then name it.
A pattern here never cuts anything by itself.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from flows.clean.rules.linked_titles import end_title, is_title_case

_FIXED: Final = (
    r"Baca berita dengan (?:lebih sedikit|sedikit|tanpa) iklan,? klik di ?sini\.?"
    r"|Scroll ke bawah untuk melanjutkan membaca"
    r"|(?:ADVERTISEMENT\s?)?SCROLL TO (?:CONTINUE|RESUME)(?: WITH)? CONTENT|(?:ADVERTISEMENT|Advertisement)(?=\s|[A-Z\"“]|$)|\[Gambas:[^\]\n]{0,80}\]"
    r"|Saksikan [Ll]ive ?[Dd]etik\w{0,12} ?:"
    r"|CNBC (?:INDONESIA RESEARCH|Indonesia Research)(?:\s?\[email.protected\])?"
    r"|(?:(?:BACA|Baca|KLIK|Klik|SIMAK|Simak|LIHAT|Lihat) (?:SELENGKAPNYA|[Ss]elengkapnya)(?:,? (?:DI|di) ?(?:SINI|sini)| di (?:tautan|halaman) ?(?:berikut(?: ini|nya)?|selanjutnya|ini))?"
    r"|(?:Klik|Baca di|Bersambung ke|Lanjut ke) halaman (?:selanjutnya|berikutnya))(?:\s?[>».:-]{1,40})?"
    r"|\((?:[a-z]{2,6}/[a-z]{2,6}\d?|[A-Z]{2,4}/[A-Za-z0-9]{1,6}|\*{1,3})\)"
    r"|Dalam segala situasi, KOMPAS\.com berkomitmen.{0,220}?(?:Download sekarang|$)"
    r"|(?:Simak|Lihat|Tonton|Saksikan)(?: (?:juga|pula))? [Vv]ideo[^'‘“\"\n]{0,24}['‘“\"][^\n]{4,160}?['’”\"]\s?:"
    r"|(?:Simak|Lihat|Tonton|Saksikan)(?: (?:juga|pula))? (?:[Vv]ideo )?['‘“\"][^\n]{4,160}?['’”\"] (?:di sini|berikut(?: ini)?)\s?:"
)
_TO_TITLE: Final = (
    r"(?:Baca|BACA|Simak|SIMAK|Lihat|LIHAT|Tonton|TONTON|Cek|Dengarkan)\s?(?:[Jj]uga|JUGA|[Pp]ula|PULA)"
    r"(?: (?:artikel|berita|video|foto)(?: lainnya| menarik)?)?\s{0,2}(?:[:»>|–]|-(?=\s))\s{0,2}"
    r"|(?:baca|simak|lihat) (?:juga|pula)\s?:\s{0,2}"
    r"|(?:Baca Juga|BACA JUGA|Baca juga) (?=[\"“'‘]?[A-Z])"
    r"|(?:Baca|BACA|Simak|Lihat)\s?:\s{0,2}(?=[\"“'‘]?[A-Z0-9])|Baca berikutnya (?=[A-Z])"
    r"|(?:Pilihan|PILIHAN) ?(?:[Ee]ditor|EDITOR|[Rr]edaksi)\s?:\s{0,2}"
    r"|:\s{1,2}(?=[A-Z][\w-]+ [A-Z0-9])"
)
_TO_STOP: Final = (
    r"(?:Gabung|Bergabung|Ikuti|Follow|Dapatkan|Simak|Cek|Akses|Update|Selalu update|Temukan|Pantau|Ayo ikuti|Join|"
    r"Baca|Yuk|Klik)\b(?=[^\n]{0,110}?(?:[Ww]hats ?[Aa]pp|Google News|GOOGLE NEWS|Telegram|YouTube|Youtube|breaking news|"
    r"berita pilihan|media sosial kami))"
    r"|Bagikan perspektif Anda,"
    r"|(?:Artikel|Berita|Konten) ini (?:telah|sudah|juga|pernah) (?:tayang|terbit|naik|dimuat)(?: sebelumnya)? (?:di|pada)\b"
    r"|Simak (?:berita|informasi|artikel|video|penjelasan) selengkapnya"
    r"|Baca (?:berita|artikel|informasi) (?:\w+ ){0,2}(?:lainnya|selengkapnya|terbaru)"
    r"|Selengkapnya baca"
    r"|(?:Klik|KLIK) https?://|Anda (?:perlu|harus) meng-?install aplikasi"
)
_TO_NEXT: Final = (
    r"(?:Pewarta|Penulis|Reporter|Editor|Redaktur|Sumber|SUMBER|Kontributor|Penyunting|Foto|FOTO|Ilustrasi|Tags?|Oleh|Red)\s?:\s?"
    r"|(?:Foto|FOTO)/(?=\w)|(?:Laporan|LAPORAN) (?:Wartawan|Reporter|Jurnalis|Kontributor) (?=[A-Z])"
    r"|Copyright\b|COPYRIGHT\b|©|Hak [Cc]ipta (?:©|dilindungi)|Dilarang keras mengambil"
)
_SIGN_OFF: Final = r"\([A-Z][\w.'’-]{1,20}(?:[ /,|&-]{1,2}[A-Za-z][\w.'’-]{1,20}){0,5}\)"
_OPENING: Final = re.compile(
    rf"(?P<fixed>{_FIXED})|(?P<title>{_TO_TITLE})|(?P<stop>{_TO_STOP})|(?P<next>{_TO_NEXT})|(?P<sign>{_SIGN_OFF})"
)
# How the patterns begin: looking for these costs far less than the patterns.
_BEGINNINGS: Final = (
    "Baca", "BACA", "baca ", "Simak", "SIMAK", "simak ", "Lihat", "LIHAT", "lihat ", "Tonton", "TONTON", "Cek", "Dengarkan",
    "Scroll ke", "SCROLL", "ADVERTISEMENT", "Advertisement", "[Gambas", "Saksikan", "CNBC I", "Klik", "KLIK", "Bersambung",
    "Lanjut", "(", "Dalam segala", "Pilihan", "PILIHAN", ": ", "Gabung", "Bergabung", "Ikuti", "Follow", "Dapatkan", "Akses",
    "Update", "Selalu", "Temukan", "Pantau", "Ayo", "Join", "Yuk", "Bagikan", "Artikel", "Berita", "Konten", "Selengkapnya",
    "Anda p", "Anda h", "Pewarta", "Penulis", "Reporter", "Editor", "Redaktur", "Sumber", "SUMBER", "Kontributor",
    "Penyunting", "Foto", "FOTO", "Ilustrasi", "Tag", "Oleh", "Red", "Laporan", "LAPORAN", "Copyright", "COPYRIGHT", "©",
    "Hak ", "Dilarang",
)  # fmt: skip
# Glued to a word without any mark: only what cannot be anything else.
_GLUED_ON: Final = re.compile(
    r"(?:Baca Juga|BACA JUGA|Baca juga)\s?:|Baca berita dengan (?:sedikit|lebih)|Gabung ke Channel|SCROLL TO|"
    r"ADVERTISEMENT|Sumber\s?:\s?[A-Z]|Scroll ke bawah untuk|Advertisement"
)
_SENTENCE_END: Final = re.compile(r"[.!?](?:[\"”’)]{1,2})?(?=\s|$)|[.!?](?=[A-Z])")
_ENDED: Final = frozenset(".!?…\"”’)]>*:;,|'")
_BARE: Final = re.compile(r"[\s,]*(?:$|[\"“])")
_VALUE: Final = re.compile(r"\s?(?:[A-Z@][\w.@'’/-]*|[/|&,-]|dan|dok|via|oleh)")
_VALUE_WORDS: Final = 7
_TITLED: Final = re.compile(r"(?: dengan judul:?\s?)(?P<quote>[\"“'‘])?")
_QUOTES: Final = {'"': '"', "“": "”", "'": "'", "‘": "’"}
_FURTHEST: Final = 330
_TITLE_ROOM: Final = 220
_SHORT_SIGN: Final = 60
_SIGNED_WITHIN: Final = 400  # characters of the end
_HANDLE: Final = re.compile(r"[a-z]{3,12}(?=\s|[A-Z]|$|-)")


def find_clutter_lines(text: str, start: int, end: int, gaps: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pieces of text[start:end] that stood on a line of their own; `gaps` are breaks known already."""
    gap_starts, gap_ends = [gap[0] for gap in gaps], {gap[1] for gap in gaps}
    openings = _find_openings(text, start, end)
    opened_at = [opening.start() for opening in openings]
    lines: list[tuple[int, int]] = []
    reached = start
    for number, opening in enumerate(openings):
        if opening.start() < reached or not _may_open(text, opening, start, reached, gap_ends):
            continue
        next_gap = bisect_left(gap_starts, opening.end())
        limit = min(gap_starts[next_gap] if next_gap < len(gap_starts) else end, end)
        following = next((place for place in opened_at[number + 1 :] if place >= opening.end()), limit)
        stop = _find_end(text, opening, limit, min(following, limit))
        if stop is not None and stop > opening.start():
            lines.append((opening.start(), stop))
            reached = stop
    return lines


def _find_openings(text: str, start: int, end: int) -> list[re.Match[str]]:
    """Return what may open a line of clutter, in the order of the text."""
    places = set()
    for beginning in _BEGINNINGS:
        at = text.find(beginning, start, end)
        while at >= 0:
            places.add(at)
            at = text.find(beginning, at + 1, end)
    openings = []
    for at in sorted(places):
        if at > start and (text[at - 1].isalnum() or text[at - 1] in "@/#-_") and not _GLUED_ON.match(text, at, end):
            continue
        opening = _OPENING.match(text, at, end)
        if opening and (not opening["sign"] or _signs(text, opening)):
            openings.append(opening)
    return openings


def _may_open(text: str, found: re.Match[str], start: int, reached: int, gap_ends: set[int]) -> bool:
    """Tell whether a line can begin here: at a break, behind a sentence's end or other clutter; some anywhere."""
    at = found.start()
    if at in gap_ends or at == start or (text[at - 1].isalnum() and _GLUED_ON.match(text, at)):
        return True
    before = text[start:at].rstrip()
    if not before or (reached > start and not text[reached:at].strip(" ,\xa0")):
        return True
    last = before[-1]
    if found["fixed"]:
        return last in _ENDED or not found["fixed"].startswith(("Advertisement", "CNBC Indonesia"))
    if header := found["title"]:
        if header.startswith(":"):
            return last in ".!?\"”"
        if header[0].islower() or not header.strip().endswith((":", "-", "»", ">", "|", "–")):
            return last in _ENDED
        return "uga" in header or "UGA" in header or last in _ENDED
    if found["stop"] and found["stop"].startswith(("Artikel ini", "Berita ini")):
        return True
    if found["next"] and found["next"].startswith(("Pewarta", "Copyright", "©", "Dilarang", "Editor", "Laporan")):
        return True
    return last in _ENDED


def _signs(text: str, found: re.Match[str]) -> bool:
    """Whether a name in brackets stands where a sign-off does: behind a sentence, near the end of all."""
    return found.start() > len(text) - _SIGNED_WITHIN and text[: found.start()].rstrip()[-1:] in ".!?\"”"


def _find_end(text: str, found: re.Match[str], limit: int, following: int) -> int | None:
    """Where the line that opens with this match ends."""
    at = found.end()
    if found["fixed"]:
        return at
    if found["sign"]:
        return at if following - at < _SHORT_SIGN and not text[at:following].strip(" .*,") else None
    if found["title"]:
        return _find_title_end(text, found, limit, following)
    if found["stop"]:
        return _find_stop(text, found, limit, following)
    return _find_value_end(text, found, limit, following)


def _find_title_end(text: str, found: re.Match[str], limit: int, following: int) -> int:
    """The end of the other story's title; of the header where there is none, or where that is not sure."""
    at = found.end()
    header = len(found[0].rstrip()) + found.start()
    if at >= limit or _BARE.match(text, at, limit) or (text[at] in "\"“" and not _quoted_title(text, at, following)):
        return header
    if found[0].rstrip()[-1:].isalpha() and not is_title_case(text, at, limit):
        return header  # a bare header, and the story goes on
    # What is left up to the next line is short and holds no sentence: it is the title, whole.
    rest = text[at:following].rstrip()
    closed = following - at <= 200 and not _SENTENCE_END.search(rest[:-1].rstrip(".!?")) and rest[-1:] not in ".\"”"
    if closed and 2 <= rest.count(" ") + 1 <= 20 and (following < limit or text[following - 1 : following + 1]):
        end = end_title(text, at, following, closed=True)
        return end if end is not None else header
    end = end_title(text, at, following, closed=closed)
    if end is None:
        return header if not found[0].startswith(":") else found.start()
    return end


def _quoted_title(text: str, at: int, limit: int) -> bool:
    close = text.find(_QUOTES[text[at]], at + 1, min(limit, at + 120))
    return close > 0 and text[close - 1] not in ",."


def _find_stop(text: str, found: re.Match[str], limit: int, following: int) -> int | None:
    """The end of the sentence, or of the title that it names."""
    titled = _TITLED.search(text, found.end(), min(limit, found.end() + 90))
    if titled and found[0][0] in "ABK" and " ini " in found[0]:
        if titled["quote"]:
            close = text.find(_QUOTES[titled["quote"]], titled.end(), min(limit, titled.end() + 220))
            return close + 1 if close > 0 else min(limit, titled.end() + 200)
        if following - titled.end() < _TITLE_ROOM and not text[following:].strip():
            return following  # the last words of all
        end = end_title(text, titled.end(), following, closed=following - titled.end() < _TITLE_ROOM)
        return end if end is not None else following if following - titled.end() < _TITLE_ROOM else titled.end()
    for end in _SENTENCE_END.finditer(text, found.end(), min(following, found.start() + _FURTHEST)):
        if not re.search(r"\b(?:Kompas|KOMPAS|Tempo|co|Liputan6|detik)\Z", text[: end.start()][-12:]):
            return end.end()
    return following if following - found.start() < _FURTHEST else None


def _find_value_end(text: str, found: re.Match[str], limit: int, following: int) -> int | None:
    """The end of a label's value: names and words with a capital, or all of the foot."""
    label = found[0]
    if label.startswith(("Copyright", "COPYRIGHT", "©", "Hak", "Dilarang")):
        for end in _SENTENCE_END.finditer(text, found.end(), limit):
            if end.end() - found.start() > 30:
                return end.end()
        return limit
    at, words = found.end(), 0
    if handle := _HANDLE.match(text, at, following):
        rest = text[handle.end() : following].lstrip()
        if label[0] in "PREK" and (not rest or rest[0] in "-–|," or rest[0].isupper()):
            return handle.end()  # "Reporter: wanda": the name a writer goes by in the newsroom
    while at < following and words < _VALUE_WORDS:
        value = _VALUE.match(text, at, following)
        if value is None:
            break
        at, words = value.end(), words + (value[0].strip()[:1].isalpha())
        if words >= 2 and label[0] in "PREKO" and text[at : at + 1] in ". ":
            if text[at : at + 1] == ".":
                break
    return at
