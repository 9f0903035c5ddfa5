"""Pages and texts of mirrors: their folder is named like the host."""

import datetime as dt

import pytest

from flows.read import text_documents

PAGE = "<html><head><title>Hujan</title></head><body><p>Hujan turun sejak pagi di Pasar Minggu, kata warga.</p></body>"
TEXT = "Hujan turun sejak pagi di Pasar Minggu, dan warga diminta tetap waspada.\n"

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."


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


SINGLE_FILE = "\n Page saved with SingleFile \n url: https://a.id/1 \n"
MIRRORED = " Mirrored from a.id/1.html by HTTrack Website Copier/3.x [XR&CO'2014]"


@pytest.mark.parametrize(
    ("comment", "url", "saved_at"),
    [
        ("saved from url=(0030)https://a.id/1", "https://a.id/1", None),
        ("Saved From URL=(0030)https://a.id/1 ", "https://a.id/1", None),
        (f"{SINGLE_FILE} saved date: Tue Sep 12 2023 14:20:00 GMT+0700 (WIB)\n", "https://a.id/1",
         dt.datetime(2023, 9, 12, 7, 20, tzinfo=dt.UTC)),
        (f"{SINGLE_FILE} saved date: Tue Sep 12 2023 14:20:00 GMT-0500\n", "https://a.id/1",
         dt.datetime(2023, 9, 12, 19, 20, tzinfo=dt.UTC)),
        (SINGLE_FILE, "https://a.id/1", None),
        (f"{MIRRORED}, Wed, 06 Sep 2023 09:15:00 GMT ", "https://a.id/1.html",
         dt.datetime(2023, 9, 6, 9, 15, tzinfo=dt.UTC)),
        (f"{MIRRORED}, kemarin ", "https://a.id/1.html", None),
        (" saved by hand ", None, None),
    ],
)  # fmt: skip
def test_a_saved_page_says_where_it_was_and_when_it_was_saved(comment, url, saved_at):
    page = f"<!DOCTYPE html>\n<!--{comment}-->\n<html>".encode()
    assert text_documents.read_saved_from(page) == text_documents.SavedFrom(url, saved_at)
    assert text_documents.read_saved_from(b" " * 8192 + page) == text_documents.SavedFrom()  # not at its head
    assert text_documents.read_saved_from(page.replace(b"<!--", b"<!")) == text_documents.SavedFrom()


def test_a_saved_page_is_the_article_of_its_address(one):
    comment = "<!-- saved from url=(0030)https://news.detik.com/berita/d-1/a?utm_source=x -->"
    page = f"{comment}<html><body><p>{PROSE}</p></body></html>"
    [document], rejects = one(page.encode(), "a.html")
    assert rejects == [] and document["url"] == "https://news.detik.com/berita/d-1/a"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"title: Judul\nurl: https://a.id/1\n\n{PROSE}", None),
        ("title: Judul\nurl: https://a.id/1\n\n", "empty"),
        ("import os\n\n\ndef main():\n    print(os.getcwd())\n\n\nclass A:\n    pass\n\nimport sys\n", "not_prose"),
    ],
)
def test_a_text_below_labels_is_a_document_and_labels_alone_are_empty(one, text, reason):
    documents, rejects = one(text.encode(), "a.txt")
    assert [reject["reason"] for reject in rejects] == ([reason] if reason else [])
    assert len(documents) == (not reason)
    if documents:
        stated = {field["field"]: field["value"] for field in documents[0]["stated"]}
        assert stated["title"] == "Judul" and documents[0]["url"] == "https://a.id/1"
        assert documents[0]["content"].decode().strip() == PROSE
