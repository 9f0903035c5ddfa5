"""Lines that belong to a story although a cue speaks against them.

They are the paragraphs below a header of other stories, the rows of a list that a paragraph announces, and sentences
that use the words of an appeal.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Final

from flows.clean.lines.line_table import DocumentLines
from flows.clean.rules.cues import Cue
from flows.clean.text.best_segment import is_prose

_INTERRUPTION: Final = re.compile(
    r"\W{0,3}(?:read (?:more|also|next|this next)|don['’]?t miss|jangan lewatkan|baca selengkapnya)\W{0,3}",
    re.IGNORECASE,
)
_MAX_TITLES: Final = 5  # below such a header
_MIN_STORY_WORDS: Final = 12  # of the first paragraph below the titles: a title may end in a stop too
_MIN_PROSE_SHARE: Final = 0.6  # of the lines below those titles, in a story that goes on
_CLOSING_KINDS: Final = frozenset({"footer", "credit", "nav"})
# The verb behind what somebody is quoted with: "Ikuti terus jadwalnya, pesan Dimas kepada warga."
_ATTRIBUTION: Final = re.compile(
    r"[,”\"’!] ?(?:kata|ujar|ucap|tutur|ungkap|imbau|pesan|ajak|tegas|pinta|jelas|papar|terang|imbuh|sambung|tambah|"
    r"said|says|told|urged|wrote)(?:nya\b|kan\b| [A-Za-z])"
)
# What an appeal to follow the outlet names: a channel, an address or the outlet itself.
_CHANNEL: Final = re.compile(
    r"whats ?app|google news|telegram|instagram|twitter|facebook|tiktok|youtube|threads|linkedin|media sosial|medsos|"
    r"aplikasi|\bapps?\b|channel|kanal|saluran|grup|group|komunitas|newsletter|notifikasi|e-?mail|redaksi|berita|artikel|"
    r"update|\b(?:kami|us|our|kita|gabung|join|sini|link|tautan|klik|click)\b|@\w|#\w|\w\.(?:com|co|id|net|org|tv|news)\b",
    re.IGNORECASE,
)
# What an offer of a subscription names besides those.
_OFFER: Final = re.compile(
    r"\b(?:sekarang|anda|kamu|gratis|login|masuk|premium|iklan|rp|harga|paket|konten|buletin|now|today|free|unlimited|"
    r"access|podcast|trial|member|per (?:bulan|tahun|month)|akun|account|digital|e-?paper|akses)\b",
    re.IGNORECASE,
)
# What a notice of rights names.
_RIGHTS: Final = re.compile(
    r"©|\(c\)|(?:19|20)\d\d|dilindungi|reserved|undang|redaksi|www|\.(?:com|co|id|net)\b|dilarang|izin|network|group",
    re.IGNORECASE,
)
_SUBJECTS: Final = {
    "promo.follow": (_CHANNEL,),
    "promo.subscription": (_CHANNEL, _OFFER),
    "footer.copyright": (_RIGHTS,),
}
_ROW_SEPARATOR: Final = re.compile(r"\s(?:--|[–—|-])\s|:\s")
_MAX_ROW_WORDS: Final = 16
_MIN_ROWS: Final = 4
_ANNOUNCEMENT: Final = re.compile(
    r":\W{0,2}$|\b(?:below|following|as follows|here (?:is|are)|berikut|sebagai berikut|di bawah ini)\b", re.IGNORECASE
)


def find_continuation(lines: DocumentLines, line_cues: Mapping[int, Cue], header: int) -> int | None:
    """Find the first paragraph below a header such as "Read more" and its titles, or return None.

    Any other cue between means that the story does not go on.
    """
    if not _INTERRUPTION.fullmatch(lines.text[header]):
        return None
    for index in range(header + 1, min(header + _MAX_TITLES + 2, len(lines))):
        if index in line_cues:
            return None
        if is_prose(lines.text[index], lines.word_counts[index], lines.ends_sentence[index]):
            return None if lines.text[index].endswith("?") else index
    return None


def find_prose_below_titles(lines: DocumentLines, line_cues: Mapping[int, Cue], header: int) -> int | None:
    """Find the first paragraph below a header of other stories and its titles in a text of one story, or return None.

    The lines up to the foot of the text must be prose for the most part: a list of teasers has a title for each.
    """
    start = next(
        (
            index
            for index in range(header + 1, min(header + _MAX_TITLES + 2, len(lines)))
            if index in line_cues or is_prose(lines.text[index], lines.word_counts[index], lines.ends_sentence[index])
        ),
        None,
    )
    if start is None or start in line_cues or lines.word_counts[start] < _MIN_STORY_WORDS:
        return None
    is_foot = (index for index in range(start, len(lines)) if index in line_cues and _closes_text(line_cues[index]))
    story_lines = [index for index in range(start, next(is_foot, len(lines))) if index not in line_cues]
    prose = sum(is_prose(lines.text[at], lines.word_counts[at], lines.ends_sentence[at]) for at in story_lines)
    return start if prose >= _MIN_PROSE_SHARE * len(story_lines) else None


def _closes_text(cue: Cue) -> bool:
    """Check whether a cue stands at the foot of a text."""
    return cue.ends or cue.kind in _CLOSING_KINDS


def is_sentence_of_story(text: str, cue: Cue) -> bool:
    """Check whether a line with the words of an appeal or a notice is a sentence of the story.

    Somebody says it, or it names nothing of what such lines are about: "Ikuti terus perkembangannya, pesan Dimas kepada
    warga.", "Hak cipta peta itu dipegang oleh seorang kolonel."
    """
    subjects = _SUBJECTS.get(cue.id)
    if (cue.kind != "promo" and subjects is None) or cue.on != "start" or not text.endswith((".", "!", "”", '"')):
        return False
    beginning = text[:400]
    names_nothing = subjects is not None and not any(subject.search(beginning) for subject in subjects)
    return names_nothing or _ATTRIBUTION.search(beginning) is not None


def find_announced_rows(lines: DocumentLines, line_cues: Mapping[int, Cue], keep: Sequence[bool]) -> list[range]:
    """Find the runs of like rows directly below a kept paragraph that announces them.

    Rows are short lines with a number and the same mark between their cells, as dates, hours and prices are listed.
    """
    runs: list[range] = []
    for above in compress(range(len(lines) - _MIN_ROWS), keep):
        is_short = lines.word_counts[above + 1] <= _MAX_ROW_WORDS and not lines.ends_sentence[above + 1]
        if not (is_short and _ANNOUNCEMENT.search(lines.text[above][-200:])):
            continue
        separator = _find_row_separator(lines, above + 1)
        end = above + 1
        while separator and end not in line_cues and _find_row_separator(lines, end) == separator:
            end += 1
        if end - above > _MIN_ROWS:
            runs.append(range(above + 1, end))
    return runs


def _find_row_separator(lines: DocumentLines, index: int) -> str:
    """Return the mark between the first cells of a row; empty where the line is no row."""
    if index >= len(lines) or lines.word_counts[index] > _MAX_ROW_WORDS or lines.ends_sentence[index]:
        return ""
    text = lines.text[index][:200]
    separator = _ROW_SEPARATOR.search(text)
    return separator[0].strip() if separator and any(map(str.isdigit, text)) else ""
