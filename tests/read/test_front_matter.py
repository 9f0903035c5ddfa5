"""Front matter in YAML, TOML, JSON and as keywords of Org mode."""

import pytest

from flows.read.front_matter import has_json_head, split_front_matter

STORY = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada sampai malam nanti. "
NONE = (None, {})


@pytest.mark.parametrize(
    ("head", "metadata"),
    [
        ("---\ntitle: Judul\ndate: 2021-03-04\nid: 007\n---\n", {"title": "Judul", "date": "2021-03-04", "id": "007"}),
        ("\ufeff---\r\ntitle: Judul\r\n...\r\n", {"title": "Judul"}),
        ("---\ntags:\n- a\n- b\ndraft: true\n---\n", {"tags": ["a", "b"], "draft": True}),
        ("---\ntitle: Judul: bagian dua\nauthor: 'Ani'\n---\n", {"title": "Judul: bagian dua", "author": "Ani"}),
        ("---\ntitle: &a Judul\nother: *a\n---\n", {"title": "&a Judul", "other": "*a"}),  # no anchor is followed
        ('+++\ntitle = "Judul"\nweight = 3\n+++\n', {"title": "Judul", "weight": 3}),
        ('{"title": "Judul"}\n', {"title": "Judul"}),
        ('---json\n{"title": "Judul"}\n---\n', {"title": "Judul"}),
        ("#+TITLE: Judul\n#+Author:  Ani \n#+title: Lain\n", {"title": "Judul", "author": "Ani"}),
    ],
)
def test_what_stands_above_a_text_is_metadata(head, metadata):
    text, stated = split_front_matter(head + STORY)
    assert (text.strip(), stated) == (STORY.strip(), metadata)


@pytest.mark.parametrize(
    "text",
    [
        STORY,
        f"---\n{STORY}\n---\n{STORY}",  # a rule above a story
        f"---\ntitle: Judul\n{STORY}",  # no end
        f"+++\ntitle = Judul\n+++\n{STORY}",  # broken TOML
        f'{{"text": "{STORY}"}}\n{STORY}',  # a record
        f'{{"title": "Judul"}},\n{STORY}',  # one of several
        f'{{"title": "Judul"}}\n[{STORY}]',
        '{"title": "Judul"}\nPendek.',
        f"{{}}\n{STORY}",
        f'["title"]\n{STORY}',
        f'{{"title": "Judul"\n{STORY}',
        f"#+ bukan kata kunci\n{STORY}",
    ],
)
def test_what_is_no_front_matter_stays_in_the_text(text):
    assert split_front_matter(text) == NONE


@pytest.mark.parametrize(
    ("length", "is_head"), [(100, True), (99, False)]
)  # characters of a story below a JSON object, at least
def test_a_json_head_stands_above_a_story(length, is_head):
    text = '\ufeff\n{"title": "Judul"}\n' + "a" * length
    assert has_json_head(text) is is_head
