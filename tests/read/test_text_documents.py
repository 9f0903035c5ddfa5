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


TEMPLATE = '{% extends "base.html" %}{% block isi %}<h1>{{ judul }}</h1>{% endblock %}'


@pytest.mark.parametrize(
    ("page", "is_template"),
    [
        (f"<html><body>{TEMPLATE}</body></html>", True),
        ("<html><body>{% if a %}{% else %}{% endif %}{% block isi %}{% endblock %}</body></html>", True),
        ("<html><body>{{ a }}{{ b }}{{ c }}{{ d }}</body></html>", True),
        ("<html><body><?php a() ?><?= b ?><?php c() ?><?= d ?></body></html>", True),
        ("<html><body><% a %><%= b %><% c %><%= d %></body></html>", True),
        (PAGE.replace("Hujan turun", "Hujan {{ kota }} turun"), False),
        (PAGE, False),
    ],
)
def test_a_page_that_others_are_made_of_is_none(one, page, is_template):
    documents, rejects = one(page.encode(), "a.html")
    assert [reject["reason"] for reject in rejects] == ["not_prose"] * is_template
    assert len(documents) == (not is_template) and all("template" in reject["detail"] for reject in rejects)


def test_a_text_in_which_split_finds_no_story_is_a_reject(source):
    documents, [reject] = source(options={"split": "==="}, a__txt=b"===\n\n===\n")
    assert not documents and reject["reason"] == "empty" and "no story that --split finds" in reject["detail"]
