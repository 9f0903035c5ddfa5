import json
import time

import pytest

from flows.clean import CleanedBatch, clean_documents, extract_body_texts
from flows.clean.html import page_data
from tests.clean.conftest import raw_rows

TITLE = "Tanggul Kali Seruni Jebol, Dua Dusun Terendam"
PARAGRAPHS = [
    "Tanggul Kali Seruni jebol pada Selasa malam dan merendam dua dusun dengan air setinggi pinggang orang dewasa.",
    "Sebanyak tiga ratus warga mengungsi ke balai desa dan dua sekolah yang berada di tanah lebih tinggi.",
    '"Yang paling mendesak sekarang adalah selimut dan air bersih," tutur Camat Seruni di posko utama.',
    "Balai besar wilayah sungai berjanji memperbaiki tanggul itu setelah debit air turun di bawah batas aman.",
]
OTHER = "Nelayan Teluk Lor menemukan jangkar tua yang diduga berasal dari kapal dagang dua ratus tahun lalu."
MARKUP = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def clean_page(body: str, head: str = "") -> CleanedBatch:
    page = f"<html><head><title>{TITLE} - Kabar Lor</title>{head}</head><body>{body}</body></html>"
    return clean_documents(raw_rows(page, media="html"), "fast")


def script(data: object, attributes: str = 'type="application/json"') -> str:
    return f"<script {attributes}>{json.dumps(data)}</script>"


STORED = {
    "one HTML text": {"article": {"title": TITLE, "content": MARKUP}, "other": {"content": f"<p>{OTHER}</p>"}},
    "escaped HTML": {"body": MARKUP.replace("<", "&lt;").replace(">", "&gt;")},
    "plain text": {"state": {"text": "\n\n".join(PARAGRAPHS)}},
    "list of paragraphs": {"page": {"title": TITLE, "body": PARAGRAPHS, "related": [OTHER]}},
    "list of blocks": {"blocks": [{"type": "paragraph", "text": paragraph} for paragraph in PARAGRAPHS]},
    "rich text": {
        "content": [
            {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": paragraph}]} for paragraph in PARAGRAPHS
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("data", STORED.values(), ids=STORED)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: script(data, 'id="__NEXT_DATA__" type="application/json"'),
        lambda data: f"<script>window.__INITIAL_STATE__ = {json.dumps(data)};(function(){{run()}})()</script>",
        lambda data: (
            f"<script>window.__NUXT__=(function(a,b){{return {json.dumps(data)[:-1]},c:a}}}}(null,1))</script>"
        ),
    ],
    ids=["next", "assigned", "nuxt"],
)
def test_a_story_in_a_script_is_read(data: object, wrap) -> None:
    found = clean_page('<div id="app"></div><footer>Hak cipta Kabar Lor</footer>' + wrap(data))
    assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)], found.rejects.to_pylist()
    assert set(found.marks["rule"].to_pylist()) == {"body.script-data"}


def test_a_story_in_linked_data_is_read() -> None:
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(PARAGRAPHS)}
    found = clean_page('<div class="lazy"></div>', script(data, 'type="application/ld+json"'))
    assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)]
    assert set(found.marks["rule"].to_pylist()) == {"body.jsonld"}


def test_a_story_in_data_within_data_is_read() -> None:
    inner = json.dumps({"article": {"title": TITLE, "content": MARKUP}})
    for wrapped in (
        script({"page": inner}),
        f"<script>boot({json.dumps(inner)}, 1)</script>",
        f"<script>self.__next_f.push([1,{json.dumps('7:' + inner)}])</script>",
    ):
        found = clean_page('<div id="root"></div>' + wrapped)
        assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)]


def test_the_copy_for_readers_without_scripts_is_read_at_last() -> None:
    copy = f"<noscript><h1>{TITLE}</h1>{MARKUP}</noscript>"
    found = clean_page(f'<div id="root"></div>{copy}')
    assert PARAGRAPHS[0] in extract_body_texts(found.documents, found.marks)[0]
    assert "body.noscript" in found.marks["rule"].to_pylist()
    found = clean_page(f"<article><h1>{TITLE}</h1>{MARKUP}</article><noscript><p>{OTHER}</p></noscript>")
    assert OTHER not in extract_body_texts(found.documents, found.marks)[0]


def test_a_story_in_a_shadow_root_is_read() -> None:
    found = clean_page(f'<cp-story><template shadowrootmode="open"><h1>{TITLE}</h1>{MARKUP}</template></cp-story>')
    assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)]


def test_a_template_that_no_reader_sees_is_not_read() -> None:
    found = clean_page(f"<article><h1>{TITLE}</h1>{MARKUP}</article><template><p>{OTHER}</p></template>")
    assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)]


def test_the_markup_goes_before_the_data() -> None:
    data = {"title": TITLE, "content": MARKUP + f"<p>{OTHER}</p>" * 9}
    found = clean_page(f"<article><h1>{TITLE}</h1>{MARKUP}</article>{script(data)}")
    assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)]


@pytest.mark.parametrize("code", ['load("/api/story/37")', "x='" + "ab%20" * 60 + "'", "var a={b:[1,2,3]};" * 30])
def test_a_page_whose_script_loads_the_story_says_so(code: str) -> None:
    found = clean_page(f'<div id="root">Memuat ...</div><script>{code}</script>')
    assert found.rejects["reason"].to_pylist() == ["no_article"]
    assert "stands in a script" in found.rejects["detail"][0].as_py()


@pytest.mark.parametrize(
    "junk", ["[" * 5_000, '{"a":' * 3_000, '"' + "\\" * 5_000, "{" + '"a":"b",' * 5_000, '["\\ud800"]']
)
def test_hostile_data_is_survived(junk: str) -> None:
    found = clean_page(f'<div id="app"></div><script type="application/json">{junk}</script>')
    assert found.rejects["reason"].to_pylist() == ["no_article"]


def test_a_story_in_a_string_that_a_script_parses() -> None:
    state = json.dumps(json.dumps({"story": {"title": TITLE, "paragraphs": PARAGRAPHS}}))
    cleaned = clean_page(f'<div id="root"></div><script>window.__STATE__ = JSON.parse({state});</script>')
    assert extract_body_texts(cleaned.documents, cleaned.marks) == ["\n".join(PARAGRAPHS)]


def test_consent_text_above_a_short_story_is_no_obstacle() -> None:
    consent = (
        "<div><h2>We value your privacy</h2><p>We and our partners store and/or access information on a device.</p>"
    )
    cleaned = clean_page(f"{consent}</div><article><h1>{TITLE}</h1>{MARKUP}</article>")
    assert extract_body_texts(cleaned.documents, cleaned.marks) == ["\n".join(PARAGRAPHS)]
    wall = clean_page(f"{consent}</div><h1>{TITLE}</h1><p>{PARAGRAPHS[0]}</p>")
    assert wall.documents.num_rows == 0


def test_an_address_without_end_costs_one_pass() -> None:
    started = time.process_time()
    address = f"Satu dua tiga empat {'https://a' * 30_000} selesai."
    assert page_data.split_paragraphs(address) == [address]
    assert time.process_time() - started < 3  # 7 s if each beginning is followed to the end
