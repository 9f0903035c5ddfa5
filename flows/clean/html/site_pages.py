"""Pages on which a site tells of itself: who makes it, its rules, how to reach it. None of them is an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from flows.clean.html.blocks import Blocks

_SITE_PAGE: Final = re.compile(
    r"tentang(?: kami)?|about(?: us)?|(?:susunan |box |dewan )?redaksi|pedoman (?:pemberitaan )?media siber|"
    r"kode etik(?: jurnalistik)?|kebijakan (?:privasi|cookie|redaksi|editorial)|hak jawab|disclaimer|"
    r"(?:privacy|cookie|editorial|corrections) policy|privacy notice|"
    r"terms(?: (?:of|and|&) (?:use|service|conditions))?|(?:syarat|ketentuan) (?:dan|&) (?:ketentuan|syarat)|"
    r"ketentuan (?:penggunaan|layanan)|kontak(?: kami)?|hubungi(?: kami)?|contact(?: us)?|(?:info|pasang) iklan|"
    r"advertise(?: with us)?|karir|karier|careers|mengenai kami|dasar privasi|terma (?:dan|&) syarat|penafian|"
    r"impressum|kontakt|über uns|datenschutz(?:erklärung)?|mentions légales|qui sommes-nous ?\??|"
    r"aviso legal|política de privacidad|quiénes somos|contacto",
    re.IGNORECASE,
)
_TITLE_SEPARATOR: Final = re.compile(r"\s[-–—|•·»]\s|\s?\|\s?")


def find_site_page(blocks: Blocks, titles: Sequence[str]) -> str | None:
    """Return the name of the site's own page that both the headline and a stated title of a page name, or None.

    `titles` are those of the page's head; the site's name may stand beside the page's in them.
    """
    headings = [
        text for text, owner in zip(blocks.texts, blocks.owners, strict=True) if blocks.tags[owner] in ("h1", "h2")
    ]
    names = {part.strip().casefold() for title in titles for part in _TITLE_SEPARATOR.split(title)}
    for heading in headings[:3]:
        if _SITE_PAGE.fullmatch(heading) and heading.casefold() in names:
            return heading
    return None
