import pytest

from flows.clean.broken_marks import mend_mojibake, resolve_escapes, resolve_references
from flows.clean.decoding import decode_bytes

SENTENCE = "“Warga menunggu,” kata Odila – pukul 7… di kafé Viñales\u00a0Tarna."


@pytest.mark.parametrize("codec", ["mac_roman", "cp437", "cp850"])
def test_utf8_read_as_another_code_page_comes_back(codec: str) -> None:
    once = SENTENCE.encode().decode(codec)
    assert mend_mojibake(once) == SENTENCE
    assert decode_bytes(once.encode()) == SENTENCE


@pytest.mark.parametrize("codec", ["mac_roman", "cp437"])
def test_twice_read_wrongly_comes_back(codec: str) -> None:
    broken = SENTENCE.encode().decode(codec).encode().decode(codec)
    assert decode_bytes(broken.encode()) == SENTENCE


@pytest.mark.parametrize(
    "text",
    ["√2 dan √π", "‚Ärzte‘ und ‚Ämter‘", "┌─┬─┐ │ ├─┤", "Ô toi, Çela", "¬p ∨ q", "Γ(x) dan Δ", "5 ≈ 5,1", "ƒ(x)"],
)
def test_what_only_looks_broken_stays(text: str) -> None:
    assert mend_mojibake(text) == text
    assert decode_bytes(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BRENDAL &#8211; Dewan &amp; warga", "BRENDAL – Dewan & warga"),
        ("&amp;#8211; &amp;amp; &#x201C;ya&#x201D;", "– & “ya”"),
        ("Rp&nbsp;5 &quot;ribu&quot; &lt;b&gt;", 'Rp\u00a05 "ribu" <b>'),
        ("AT&T; a&b; x&y &bukan; A&amp", "AT&T; a&b; x&y &bukan; A&amp"),
    ],
)
def test_references_are_the_characters_they_name(text: str, expected: str) -> None:
    assert resolve_references(text) == expected
    assert decode_bytes(text.encode()) == expected


def test_references_of_a_page_are_left_to_its_parser() -> None:
    assert decode_bytes(b"<p>a &amp; b</p>", html=True) == "<p>a &amp; b</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\u201cYa,\u201d katanya.\n\nIa pulang.", "“Ya,” katanya.\n\nIa pulang."),
        (r"Ia datang.\nIa melihat.\nIa pulang.", "Ia datang.\nIa melihat.\nIa pulang."),
        (r"C:\new\users dan \n saja", r"C:\new\users dan \n saja"),
        (r"emoji \ud83d\ude00 di sini", "emoji 😀 di sini"),
    ],
)
def test_escapes_are_resolved_where_a_text_is_full_of_them(text: str, expected: str) -> None:
    assert resolve_escapes(text) == expected
