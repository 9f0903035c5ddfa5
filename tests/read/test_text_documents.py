"""Pages and texts of mirrors: their folder is named like the host."""

import pytest

PAGE = "<html><head><title>Hujan</title></head><body><p>Hujan turun sejak pagi di Pasar Minggu, kata warga.</p></body>"
TEXT = "Hujan turun sejak pagi di Pasar Minggu, dan warga diminta tetap waspada.\n"


@pytest.mark.parametrize(("name", "content"), [("a.html", PAGE), ("a.txt", TEXT)])
@pytest.mark.parametrize(
    ("folder", "known", "hint"),
    [
        ("www.republika.co.id", None, "republika.co.id"),
        ("www.republika.co.id", "tempo.co", "tempo.co"),
        ("berkas", "tempo.co", "tempo.co"),
        ("berkas", None, None),
    ],
)
def test_the_host_s_folder_is_the_hint_where_the_document_gives_none(
    tmp_path, rows, name, content, folder, known, hint
):
    (tmp_path / folder).mkdir()
    (tmp_path / folder / name).write_text(content)
    [document], rejects = rows(tmp_path, hint=lambda url, head: known)
    assert not rejects and document["outlet_hint"] == hint
