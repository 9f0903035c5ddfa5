"""Made pages around one story: what structure shows to be another text goes, the story stays whole."""

import pytest

from flows.clean import clean_documents, extract_body_texts
from flows.clean.html import block_exclusions
from flows.clean.html.excluded_names import match_excluded_role
from tests.clean.conftest import raw_rows

TITLE = "Old mill at Fennick reopens as a library"
STORY = [
    "The old mill at Fennick opened its doors as a library on Monday, nine years after the last sack of flour left it.",
    "Volunteers carried eleven thousand books up the narrow stairs, as the hoist is still waiting for a spare part.",
    '"We kept the wheel, so children can watch it turn while they read," said the head of the library, Odla Brenn.',
    "The town paid for the roof, and the shelves were built from the beams of a barn that was taken down last autumn.",
    "Opening hours will be longer in winter, when the school bus passes the mill twice and the heating is switched on.",
]
OTHER = [
    "A travelling circus pitched its tents on the lower meadow of Ombrey and will stay there until Sunday evening.",
    "Its only elephant is made of cloth and moved by four students, who say that it is warmer than it looks inside.",
    "Tickets cost six crowns, and half of the money goes to the fire brigade, which lent it a ladder.",
]
READERS = [
    "I passed that mill every day for thirty years, and never thought that anyone would carry a book up those stairs.",
    "My cousin says the heating has been broken since the spring, so bring a coat when you want to read in the winter.",
    "That is not fair on the volunteers, who have given every evening of the summer to sanding the floors and shelves.",
]


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def published(body: str, head: str = "") -> list[str]:
    page = (
        f'<html lang="en"><head><title>{TITLE} - The Fennick Post</title><meta property="og:title" content="{TITLE}">'
        f'<meta property="og:type" content="article">{head}</head><body><header><a href="/">Home</a></header>'
        f"{body}<footer>© 2024 The Fennick Post</footer></body></html>"
    )
    cleaned = clean_documents(raw_rows(page, media="html"), "fast")
    assert cleaned.documents.num_rows == 1, cleaned.rejects.to_pylist()
    return extract_body_texts(cleaned.documents, cleaned.marks)[0].split("\n")


def story_page(before: str = "", after: str = "", texts: list[str] = STORY, inside: str = "") -> str:
    return (
        f'{before}<main><article class="post"><h1>{TITLE}</h1><div class="entry-content">{paragraphs(texts)}{inside}'
        f"</div></article>{after}</main>"
    )


def comment(text: str, number: int) -> str:
    return (
        f'<div class="item"><b>Reader{number}</b> <span>May {number + 1}, 2024 at 6:34 am</span><p>{text}</p>'
        '<a href="#r">Reply</a></div>'
    )


COMMENTS = "".join(comment(text, number) for number, text in enumerate(READERS * 4))


@pytest.mark.parametrize(
    "thread",
    [
        f'<div id="comments" class="comments-area">{COMMENTS}</div>',
        f'<section class="post-comments">{COMMENTS}</section>',
        f'<ol class="commentlist">{COMMENTS}</ol>',
        f'<div class="komentar-wrapper">{COMMENTS}</div>',
        f'<div id="disqus_thread">{COMMENTS}</div>',
        f'<ul class="CommentList">{COMMENTS}</ul>',
        f'<div class="wrap"><h3>12 Comments</h3>{COMMENTS}</div>',
        f'<div class="wrap"><h2>Komentar (12)</h2>{COMMENTS}</div>',
        f'<div class="wrap"><h3>12 thoughts on “{TITLE}”</h3>{COMMENTS}</div>',
    ],
)
@pytest.mark.parametrize("length", [2, 5])
def test_comments_go(thread: str, length: int) -> None:
    assert published(story_page(after=thread, texts=STORY[:length])) == STORY[:length]


@pytest.mark.parametrize(
    ("names", "role"),
    [
        ("comments-open post", None),
        ("category-comment", None),
        ("has-comments", None),
        ("comments-count", None),
        ("cookie-recipes", None),
        ("tooltip-trigger", None),
        ("respond", "comments"),
        ("post-comments", "comments"),
        ("comment even thread-even depth-1 comment-90", "comments"),
        ("onetrust-consent-sdk", "consent"),
        ("cookie-banner", "consent"),
        ("CybotCookiebotDialog", "consent"),
    ],
)
def test_a_name_counts_with_all_its_words(names: str, role: str | None) -> None:
    assert match_excluded_role(names) == role


def test_a_name_on_the_story_itself_does_not_count() -> None:
    assert published(f'<div class="comments"><h1>{TITLE}</h1>{paragraphs(STORY)}</div>') == STORY


def test_consent_text_goes_and_a_story_in_an_aside_stays() -> None:
    ask = (
        "<p>We and our partners store and/or access information on a device, such as cookies, to process data, "
        "and you may change your choices at any time.</p><p>This site uses cookies to understand how it is used and to "
        "show you what you may like, and it keeps your choice for a year.</p>"
    )
    for banner in (f'<div id="consent">{ask}</div>', f'<div class="cookie-notice">{ask}</div>', f"<div>{ask}</div>"):
        assert published(f"{banner}<div><aside><h1>{TITLE}</h1>{paragraphs(STORY)}</aside></div>") == STORY


def test_an_aside_beside_the_story_goes() -> None:
    assert published(story_page(after=f"<aside><h2>About us</h2>{paragraphs(OTHER)}</aside>")) == STORY


@pytest.mark.parametrize("texts", [STORY, STORY[:2]])
def test_articles_that_lead_elsewhere_go(texts: list[str]) -> None:
    nested = "".join(
        f'<article class="post"><h2><a href="/p/{number}">Words for a day {number}</a></h2><p>{text}</p></article>'
        for number, text in enumerate(OTHER)
    )
    assert published(story_page(texts=texts, inside=f"<h3>You may like</h3>{nested}")) == texts
    cards = "".join(
        f'<article class="card"><h3><a href="/n/{number}">Neighbours argue over hedge {number}</a></h3>'
        f"<p>The row began in {1950 + number} and shows no sign of ending, councillors said.</p></article>"
        for number in range(30)
    )
    assert published(story_page(after=cards)) == STORY


def test_the_sections_of_a_list_stay() -> None:
    """An article may be a list of other things, each with its own article element and link."""
    items = [f"{text} {OTHER[number % 3]}" for number, text in enumerate(STORY)]
    listed = "".join(
        f'<article class="entry"><h2><a href="/mills/{number}">Mill number {number}</a></h2><p>{text}</p></article>'
        for number, text in enumerate(items)
    )
    assert set(items) <= set(published(f"<main><h1>{TITLE}</h1><p>{STORY[0]}</p>{listed}</main>"))


@pytest.mark.parametrize(
    "below",
    [
        f'<article><h1>Circus comes to Ombrey</h1><p class="byline">By Marta Quill</p>{paragraphs(OTHER)}</article>',
        f'<article><h2>Circus comes to Ombrey</h2><p class="author">Marta Quill</p>{paragraphs(OTHER)}</article>',
        f'<section class="next"><h1>Circus comes to Ombrey</h1><p>Oleh: Marta Quill</p>{paragraphs(OTHER)}</section>',
        f"<h1>Circus comes to Ombrey</h1><p>By Marta Quill</p>{paragraphs(OTHER)}",
    ],
)
def test_a_story_below_this_one_goes(below: str) -> None:
    assert published(story_page(after=below)) == STORY


def test_the_entries_of_a_live_blog_stay() -> None:
    entries = "".join(
        f'<article class="liveblog-entry"><h2>Update number {number}</h2><p class="author">Marta Quill</p><p>{text}</p>'
        "</article>"
        for number, text in enumerate(OTHER)
    )
    assert set(OTHER) <= set(published(story_page(inside=entries)))


DATA = '{"layout":2,"align":"Center","label":"Buy now","price":{"hue":213,"gap":0.83},"items":["lamp","chair"]}'


def test_hidden_elements_and_data_go() -> None:
    for part in (
        f'<div><span hidden="">{DATA}</span></div>',
        f"<div hidden>{paragraphs(OTHER[:1])}</div>",
        f'<div style="display:none">{DATA}</div>',
        f"<p>{DATA}</p>",
    ):
        assert published(story_page(inside=part)) == STORY


def test_what_hides_most_of_the_page_stays() -> None:
    streamed = "".join(f'<div hidden id="S:{number}"><p>{text}</p></div>' for number, text in enumerate(STORY[1:]))
    assert published(f"<main><h1>{TITLE}</h1><p>{STORY[0]}</p>{streamed}</main>") == STORY
    assert published(story_page(texts=STORY[:4], inside=f'<div hidden="until-found"><p>{STORY[4]}</p></div>')) == STORY


def test_a_hover_card_leaves_its_sentence_whole() -> None:
    links = '<a href="/p/1">Odla Brenn opens winter fair in the rain</a> <a href="/p/2">Council votes on fees</a>'
    for card in (
        f'<span class="rollover"><a href="/o">Odla Brenn</a><span class="rollover-block">{links}</span></span>',
        f'<span class="tooltip">Odla Brenn<span class="tooltip-text">{links}</span></span>',
        f'Odla Brenn<span role="tooltip">{links}</span>',
        f'Odla Brenn<span class="HoverCard">{links}</span>',
        '<span class="tooltip" title="head of the library">Odla Brenn</span>',
        '<a class="popover-trigger" href="/o">Odla Brenn</a>',
    ):
        texts = [text.replace("Odla Brenn", card) for text in STORY]
        assert published(story_page(texts=texts)) == STORY, card


def test_many_headings_of_comments_cost_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    read_lines: list[str] = []

    class CountingPattern:
        def fullmatch(self, text: str) -> None:
            read_lines.append(text)

    monkeypatch.setattr(block_exclusions, "REPLY_WORDS", CountingPattern())
    assert published(story_page(after="<div>" + "Comments<br>" * 500 + "</div>"))[: len(STORY)] == STORY
    assert 500 <= len(read_lines) <= 1_000


@pytest.mark.parametrize("heading", ["Berita Lainnya", "You may also like", "More from The Post", "Terpopuler"])
def test_an_aside_within_the_story_that_names_other_stories_is_dropped(heading: str) -> None:
    aside = f"<aside><h4>{heading}</h4>{paragraphs(OTHER)}</aside>"
    body = f"<main><article><h1>{TITLE}</h1>{paragraphs(STORY[:2])}{aside}{paragraphs(STORY[2:])}</article></main>"
    assert published(body) == STORY


def test_an_aside_within_the_story_that_quotes_it_stays() -> None:
    aside = f"<aside><p>{READERS[0]}</p></aside>"
    body = f"<main><article><h1>{TITLE}</h1>{paragraphs(STORY[:2])}{aside}{paragraphs(STORY[2:])}</article></main>"
    assert READERS[0] in published(body)


@pytest.mark.parametrize("heading", ["3 Tanggapan", "Join the conversation", "Kommentare (3)", "Apa komentar Anda?"])
def test_replies_below_a_heading_in_other_words_are_comments(heading: str) -> None:
    replies = "".join(f"<li><b>Wati {n} jam lalu</b><p>{text}</p></li>" for n, text in enumerate(READERS))
    assert published(f"<main><h1>{TITLE}</h1>{paragraphs(STORY)}<h3>{heading}</h3><ul>{replies}</ul></main>") == STORY


@pytest.mark.parametrize(
    "consent",
    [
        "Kami dan mitra kami menyimpan atau mengakses informasi di perangkat, seperti cookie, untuk iklan dan wawasan.",
        "We and our 812 partners store and access personal data, such as browsing data, on your device to serve ads.",
    ],
)
def test_consent_text_without_names_is_dropped(consent: str) -> None:
    assert published(f"<div><p>{consent}</p></div>" + story_page()) == STORY


@pytest.mark.parametrize("byline", ["Odla Brenn | Minggu, 3 Maret 2024", "Odla Brenn - March 3, 2024"])
def test_a_second_headline_with_a_name_and_a_day_opens_another_story(byline: str) -> None:
    first = f"<div><div><h1>{TITLE}</h1><div>Mira Oden | Monday, 4 March 2024</div>{paragraphs(STORY)}</div></div>"
    second = f"<div><div><h1>A circus on the lower meadow</h1><div>{byline}</div>{paragraphs(OTHER)}</div></div>"
    assert published(first + second) == STORY


def test_a_button_within_the_story_opens_no_comments() -> None:
    button = "<p><a href='#c'>Leave a comment</a></p><p><a href='#s'>Share</a></p>"
    body = f"<main><h1>{TITLE}</h1>{paragraphs(STORY[:3])}{button}{paragraphs(STORY[3:])}<p>Like</p></main>"
    assert set(STORY) <= set(published(body))


@pytest.mark.parametrize(
    "heading", ["4 thoughts on “Old mill at Fennick”", "2 commentaires sur « Le moulin »", "3 tanggapan untuk “Kincir”"]
)
def test_a_heading_that_names_what_the_comments_are_on_needs_no_replies(heading: str) -> None:
    thread = "".join(f"<div><cite>Reader</cite><p>{text}</p></div>" for text in READERS)
    assert published(story_page(after=f"<div><h3>{heading}</h3>{thread}</div>")) == STORY


def test_comments_with_a_name_and_a_time_in_a_page_without_classes() -> None:
    rows = "".join(
        f"<tr><td><b>Anna</b> (a@x.example) 3/4/2003 10:12:11</td></tr><tr><td>{x}</td></tr>" for x in READERS
    )
    assert published(story_page(inside=f"<hr><b>Reader comments</b><table>{rows}</table>")) == STORY


@pytest.mark.parametrize("heading", ["h2", "h3"])
@pytest.mark.parametrize("byline", ["Yara Brook | 4 May 2024", "Yara Brook - May 1, 2024", "Yara Brook, 4 May 2024"])
def test_a_headline_with_a_name_and_a_day_begins_another_story(heading: str, byline: str) -> None:
    other = f"<{heading}>Circus pitches tents at Ombrey meadow</{heading}><div>{byline}</div>{paragraphs(OTHER)}"
    assert published(story_page(after=f"<div class='item'>{other}</div>")) == STORY


def test_a_section_of_the_story_is_no_other_story() -> None:
    section = f"<section><h2>Comments from the public</h2>{paragraphs(OTHER)}</section>"
    assert published(story_page(inside=section)) == [*STORY, "Comments from the public", *OTHER]
