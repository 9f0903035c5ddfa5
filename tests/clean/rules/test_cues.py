import re
import time
from collections.abc import Iterator

import pytest

from flows.clean.lines.line_table import split_lines
from flows.clean.rules import cues
from flows.outlets import Profile
from schemas.vocabulary import KINDS


def cue_of(text: str, domain: str | None = None) -> str | None:
    line = split_lines(text)[0]
    found = cues.load_outlet_cues(domain).match_line(line.text, line.word_count)
    return found.id if found else None


def test_every_cue_says_what_it_is_and_why() -> None:
    known = cues.load_general_cues().cues
    assert len({cue.id for cue in known}) == len(known) > 30
    for cue in known:
        assert re.fullmatch(r"[a-z]+(?:[.-][a-z]+)+", cue.id)
        assert cue.kind in KINDS and cue.kind != "body"
        assert cue.on in ("line", "start", "tail", "inline")
        assert len(cue.why) > 10


def test_no_pattern_repeats_a_repeat_without_bound() -> None:
    for cue in cues.load_general_cues().cues:
        assert not re.search(r"(?<!\\)[*+]\)[*+]", cue.pattern), cue.id


HEADS = ("", "(", "(A", "about", "home", "share", "tags: ", "Foto: ", "baca juga: ", "©", "komentar", "page ", "dok.")
ATOMS = (
    " ", "-", "a", "A", "a-", "-aa", "A ", "Aa ", "| ", "|aa", "#a ", "(", ")", "/A", "1 ", ", ", "share ", ".a",
    "aa-aa", "& ", "· ", "a/", "--", "- ", " |", "1/", "A-", "A/", ",a",
)  # fmt: skip


def test_no_cue_takes_long_over_a_hostile_line() -> None:
    known = cues.load_general_cues()
    for head in HEADS:
        for atom in ATOMS:
            text = f"{(head + atom * 200)[:390]}!"
            for line in split_lines(text):
                began = time.perf_counter()
                known.match_line(line.text, line.word_count)
                list(known.find_inline_clutter(text))
                assert time.perf_counter() - began < 0.5, (head, atom)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Baca Juga: Harga beras naik", "related.baca-juga"),
        ("BACA JUGA : Harga beras naik", "related.baca-juga"),
        ("Baca juga", "related.baca-juga-header"),
        ("Berita Terkait", "related.section"),
        ("Telusuri berita ekonomi lainnya", "related.section"),
        ("ADVERTISEMENT", "ad.label"),
        ("SCROLL UNTUK MELANJUTKAN MEMBACA", "ad.scroll"),
        ("googletag.cmd.push(function() { googletag.display('x'); });", "ad.script"),
        ("Follow WhatsApp Channel Harian Kota untuk update berita terbaru setiap hari", "promo.follow"),
        ("Artikel ini telah tayang di HarianKota.com dengan judul Panen Raya", "promo.republished"),
        ("(abc/def)", "credit.initials"),
        ("(Rina Kusumawati)", "credit.name"),
        ("(HarianKota.com/Rina Kusumawati)", "credit.outlet-name"),
        ("Warga menonton layar lebar (Foto: Reuters)", "caption.credit-end"),
        ("Pameran dibuka pada 27 Juli 2023./ KCNA via REUTERS", "caption.agency-end"),
        ("Menteri di pasar. TEMPO/Rina Kusumawati.", "caption.agency-end"),
        ("A", "widget.font-size"),
        ("[Gambas:Video 20detik]", "widget.embed"),
        ("12 Komentar", "widget.share"),
        ("Copyright © 2024 Harian Kota", "footer.copyright"),
        ("Pedoman Media Siber", "footer.legal"),
        ("***", "widget.rule"),
        ("Read more: Ferry timetable extended", "related.read-more"),
        ("Skip to main content", "nav.menu"),
        ("→ Baca juga: Harga beras naik", "related.arrow"),
        ("Baca selengkapnya: Harga beras naik", "related.pointer-title"),
        ("BACA: Harga beras naik", "related.pointer-title"),
        ("Pilihan Redaksi", "related.chosen-header"),
        ("BACA JUGA INI:", "related.header-chatty"),
        ("Baca juga artikel terkait PANGAN atau tulisan lainnya", "related.terkait-line"),
        ("Baca Juga, Harga Beras Naik", "related.comma"),
        ("Lesen Sie auch: Warum Brot teurer wird", "related.see-also-world"),
        ("Te puede interesar: El tren del pueblo", "related.see-also-world"),
        ("यह भी पढ़ें: गाँव में नया पुल", "related.see-also-world"),
        ("اقرأ أيضا: مهرجان الكتاب", "related.see-also-world"),
        ("【関連記事】港の朝市", "related.see-also-world"),
        ("相关阅读：古镇码头", "related.see-also-world"),
        ("อ่านข่าวที่เกี่ยวข้อง", "related.section-world"),
        ("Muat turun aplikasi kami untuk berita terkini.", "promo.account"),
        ("Dieser Artikel ist nur für Abonnenten verfügbar.", "promo.paywall"),
        ("Este artículo es solo para suscriptores.", "promo.paywall"),
        ("- Iklan -", "ad.label-world"),
        ("ADVERTISEMENTSCROLL TO CONTINUE WITH CONTENT", "ad.scroll-glued"),
        ("Scroll untuk info selengkapnya, yuk!", "ad.scroll-info"),
        ("Pameran dibuka, Kamis (12/10/2023). ANTARA FOTO/Rina Kusumawati/foc.", "caption.agency-photo"),
        ("Petak tambak yang dibiarkan kosong. Dok. Koperasi", "caption.documentation"),
        ("-- BERNAMA", "credit.wire-end"),
        ("*** (nra)", "credit.stars-initials"),
        ("With files from The Valley Courier", "credit.additional"),
        ("Bagaimana pendapat Anda? Tulis di kolom komentar.", "widget.opinion"),
        ("Disclaimer: Isi artikel adalah tanggung jawab penulis.", "footer.disclaimer"),
        ("Media contact: Jill Farrow, press@oakmere.example", "footer.press-contact"),
        ("Disclaimer: Informasi gempa ini mengutamakan kecepatan.", None),
        ("Dok kapal di hilir sungai menyumbang besi bekas.", None),
        ("Publicidad y prensa vivieron juntas durante un siglo.", None),
        ("Este molino es de los vecinos desde hace dos siglos.", None),
        ("Baca juga menjadi kebiasaan baru anak-anak di sana.", None),
        ("Menu makan siang di sekolah", None),
        ("Advertisement spending fell by a third in March.", None),
        ("(DPR) menyetujui anggaran itu.", None),
        ("Warga menunggu kabar dari pasar.", None),
    ],
)
def test_what_a_line_is(line: str, expected: str | None) -> None:
    assert cue_of(line) == expected


def test_an_outlets_own_cues_hold_for_it_alone() -> None:
    line = "IDN Times Community adalah media bagi semua orang"
    assert cue_of(line, "idntimes.com") == "profile.idntimes.promo"
    assert cue_of(line) is None
    assert cue_of(line, "no-such-outlet.example") is None
    assert cue_of("Just For Fun Writer", "idntimes.com") == "profile.idntimes.author-box"


@pytest.fixture
def domain_with_cues(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The domain of an outlet whose profile has a cue that may stand anywhere in a line."""
    profile = Profile("contoh", cues={"promo": ("... unduh aplikasi (Contoh)",), "nav": ("Kanal Contoh",)})
    monkeypatch.setattr(cues, "find_profile", lambda domain: profile if domain == "contoh.example" else None)
    cues.load_outlet_cues.cache_clear()
    yield "contoh.example"
    cues.load_outlet_cues.cache_clear()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Mau kabar lain? Segera Unduh Aplikasi (Contoh) di ponsel Anda", "profile.contoh.promo"),
        ("unduh aplikasi (Contoh)", "profile.contoh.promo"),
        ("Warga diminta unduh aplikasi Contoh milik dinas.", None),
        ("Kanal Contoh hari ini", "profile.contoh.nav"),
        ("Di Kanal Contoh warga menanam bakau.", None),
        ("Bupati berkata warga dapat unduh aplikasi (Contoh) " + "dan mengisi formulir bantuan " * 6 + "besok.", None),
    ],
)
def test_words_after_dots_stand_anywhere_in_a_short_line(
    domain_with_cues: str, line: str, expected: str | None
) -> None:
    assert cue_of(line, domain_with_cues) == expected
