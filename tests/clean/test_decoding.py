import codecs
from collections.abc import Callable

import pytest

from flows.clean.decoding import decode_bytes

STORY = "Harga beras naik, kata Menteri Perdagangan di Pasar Senén – “stok cukup”.\nWarga menunggu."


@pytest.mark.parametrize(
    ("raw", "declared"),
    [
        (STORY.encode(), None),
        (codecs.BOM_UTF8 + STORY.encode(), None),
        (STORY.encode("utf-16"), None),
        (codecs.BOM_UTF16_BE + STORY.encode("utf-16-be"), None),
        (STORY.encode("utf-16-le"), None),
        (STORY.encode("utf-16-be"), None),
        (STORY.encode("utf-32"), None),
        (STORY.encode("cp1252"), None),
        (STORY.encode("cp1252"), "iso-8859-1"),
        (STORY.encode(), "iso-8859-1"),
        (STORY.encode(), "no-such-encoding"),
        (STORY.encode("cp1252"), "rot13"),
    ],
)
def test_one_text_in_every_encoding(raw: bytes, declared: str | None) -> None:
    assert decode_bytes(raw, declared=declared) == STORY


def test_a_page_declares_its_own_encoding() -> None:
    page = '<html><meta http-equiv="Content-Type" content="text/html; charset=shift_jis"><p>東京で会見した。</p>'
    assert "東京で会見した" in (decode_bytes(page.encode("shift_jis"), html=True) or "")


def test_the_declaration_decides_between_encodings_that_both_read() -> None:
    assert decode_bytes("Привет, мир".encode("koi8-r"), declared="koi8-r") == "Привет, мир"
    assert decode_bytes("東京".encode("iso2022_jp"), declared="iso-2022-jp") == "東京"


def test_every_line_break_is_one() -> None:
    assert decode_bytes("a\r\nb\rc\vd\fe\x85f\u2028g\u2029h\ni".encode()) == "a\nb\nc\nd\ne\nf\ng\nh\ni"


def test_controls_go_and_tabs_stay() -> None:
    assert decode_bytes(b"sa\x00tu\x07\tdua\x1b[0m") == "satu\tdua[0m"


def test_mojibake_is_mended_and_quotes_stay_curly() -> None:
    assert decode_bytes("â€œAyoâ€\x9d kata dia, cafÃ© “tutup”".encode()) == "“Ayo” kata dia, café “tutup”"


@pytest.mark.parametrize("text", ["Âge tendre", "SÃO PAULO", "ﬁnal “x” & ½ ﷺ", "e\u0301clair"])
def test_what_only_looks_like_mojibake_stays(text: str) -> None:
    assert decode_bytes(text.encode()) == text


def test_a_little_damage_does_not_cost_the_text() -> None:
    damaged = ("é " * 200).encode() + b"\xff akhir"
    assert (decode_bytes(damaged) or "").startswith("é é é")


def test_noise_is_no_text() -> None:
    assert decode_bytes(bytes(range(256)) * 40) is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_text_that_breaks_off_within_a_character_is_read(encoding):
    words = "“Kami senang,” kata José di Café Élan. " * 40
    for cut in (1, 2, 3):
        assert (decode_bytes(words.encode(encoding)[:-cut]) or "").startswith(words[:-2])


def test_a_mark_in_front_of_something_else_decides_nothing():
    assert "\ufffd" not in (decode_bytes(b"\xff\xfe" + b"\x00\xd8" * 400) or "")


def test_utf_32_without_a_mark_where_it_is_named():
    words = "“Kami senang,” kata José."
    assert decode_bytes(words.encode("utf-32-le"), declared="utf-32-le") == words


QUOTED = "“Sabar,” kata Yohana – ketua koperasi – di kafé desa, lalu ia pulang."


@pytest.mark.parametrize(
    ("damage", "text"),
    [
        (lambda raw: raw.replace("–".encode(), b"\x96", 1), QUOTED),
        (lambda raw: raw.replace("é".encode(), b"\xe9"), QUOTED),
        (lambda raw: raw + "”".encode()[:-1], QUOTED),
        (lambda raw: raw + "é".encode()[:-1], QUOTED),
        (lambda raw: raw.replace("é".encode(), b"\xc3"), QUOTED.replace("é", "")),
        (lambda raw: raw.replace(b"desa", b"de\x81sa"), QUOTED),
    ],
    ids=["dash of windows-1252", "letter of windows-1252", "cut mark", "cut letter", "half letter", "no character"],
)
@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1252"])
def test_a_damaged_byte_costs_at_most_its_letter(
    damage: Callable[[bytes], bytes], text: str, declared: str | None
) -> None:
    assert decode_bytes(damage(QUOTED.encode()), declared=declared) == text


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("Der Spaß“ für Größe, Müller änderte öfter übel", "cp1252"),
        ("Привет, мир. Сегодня в городе открыли новый мост через реку.", "cp1251"),
        ("Сегодня в городе открыли новый мост через реку, сказал мэр.", "koi8-r"),
        ("今天市政府宣布新的桥梁将在春天开放。", "gb18030"),
        ("วันนี้เทศบาลเปิดสะพานใหม่ข้ามแม่น้ำ", "cp874"),
        ("오늘 시는 강을 건너는 새 다리를 열었다.", "euc_kr"),
        ("市は新しい橋を春に開くと発表した。", "euc_jp"),
    ],
)
def test_other_encodings_are_no_damaged_utf8(words: str, encoding: str) -> None:
    assert decode_bytes(words.encode(encoding), declared=encoding) == words
