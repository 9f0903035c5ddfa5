"""The headline: where it is stated, where the head shows it, and where there is none."""

import pytest

from flows.describe import headline
from flows.describe.document_view import Candidate, build_document_view
from flows.describe.headline import find_title_line
from schemas.stage_tables import Mark

STORY = (
    "Nelayan Sampang memanen garam lebih awal karena kemarau datang cepat.\nPanen garam berlanjut hingga akhir bulan."
)
TITLE = "Nelayan Sampang Panen Garam Lebih Awal"


def titled(found):
    values, _, marks = found
    lines = {kind: [mark["line"] for mark in marks if mark["kind"] == kind] for kind in ("title", "subtitle")}
    return values["title"], values["subtitle"], lines["title"], lines["subtitle"]


def test_headline_and_standfirst(described):
    text = f"{TITLE}\nKemarau datang dua pekan lebih cepat\nTumpukan garam (Foto: Warga)\n{STORY}"
    found = described(text, {1: "title", 2: "subtitle", 3: "caption"})
    assert titled(found) == (TITLE, "Kemarau datang dua pekan lebih cepat", [1], [2])


def test_a_repeat_with_tags_is_the_title_too(described):
    text = f"{TITLE}\nOleh: Ratna Sari\nNelayan <i>Sampang</i> Panen Garam\xa0 Lebih Awal\n{STORY}"
    assert titled(described(text, {1: "title", 2: "byline", 3: "title"})) == (TITLE, None, [1, 3], [])


def test_an_extracted_text_has_no_title(described):
    assert titled(described(STORY)) == (None, None, [], [])
    assert titled(described(f"JAKARTA - {STORY}")) == (None, None, [], [])


def test_a_list_of_other_stories_is_not_the_title(described):
    menu = (
        "Jadwal Liga Dunia Pekan Ini Lengkap\nResep Kue Lapis Legit Tanpa Oven\nHarga Emas Antam Turun Tipis Hari Ini"
    )
    assert titled(described(f"{menu}\n{STORY}", {1: "title", 2: "title", 3: "title"}))[0] is None


def test_the_story_s_own_headline_is_found_among_others(described):
    text = f"Jadwal Liga Dunia Pekan Ini Lengkap\n{TITLE}\nOleh: Ratna Sari\n{STORY}"
    assert titled(described(text, {1: "title", 2: "title", 3: "byline"}))[0] == TITLE


def test_a_headline_left_in_the_body_is_known_by_the_byline_under_it(described):
    text = f"{TITLE}\nRatna Sari - detikNews\n{STORY}"
    assert titled(described(text)) == (TITLE, None, [1], [])


def test_stated_titles_lose_the_site_s_name_and_mark_their_repeats(described):
    said = [("title", "html_title", f"{TITLE} - Warta Garam"), ("title", "og", f"{TITLE} | Warta Garam"),
            ("outlet", "og", "Warta Garam")]  # fmt: skip
    assert titled(described(f"{TITLE}\n{STORY}", {}, said)) == (TITLE, None, [1], [])


def test_the_title_most_places_agree_on_wins(described):
    said = [("title", "jsonld", "Panen Garam"), ("title", "h1", TITLE), ("title", "og", TITLE)]
    assert titled(described(STORY, {}, said))[0] == TITLE


def test_a_record_s_title_is_stated(described):
    values, evidence, _ = described(STORY, {}, [("title", "record", f" {TITLE}\n")])
    assert values["title"] == TITLE
    assert [row["rule"] for row in evidence if row["field"] == "title"] == ["record"]


def test_the_line_above_the_byline_is_the_title_whatever_its_words(described):
    for title in ("Simak Cara Panen Garam di Sampang!", "Panen Garam Sampang", "Harga Garam Hari Ini 3 Mei 2024: Naik"):
        text = f"{title}\nRatna Sari 3 Mei 2024 | 13.30 WIB\n{STORY}"
        assert described(text, {1: "title", 2: "byline"})[0]["title"] == title
    assert described(text, {1: "byline", 2: "byline"})[0]["title"] == title  # a day in the title: taken for a byline


def test_a_caption_below_the_byline_is_no_title(described):
    caption = "Nelayan Sampang memanen garam di tambak desa mereka pada musim kemarau"
    text = f"{TITLE}\nKemarau datang cepat\nJumat, 3 Mei 2024 | 13:01 WIB\nOleh : Ratna Sari\n{caption}\nTweet\n{STORY}"
    values, _, _ = described(text, {1: "title", 2: "title", 3: "byline", 4: "byline", 5: "title", 6: "widget"})
    assert values["title"] == TITLE


def test_a_line_that_holds_more_than_the_title_is_none(described):
    for head in (f"{TITLE} Ratna Sari -", f"{TITLE}4 Maret 2024", f"{TITLE}Senin, 4 Maret 2024"):
        assert titled(described(f"{head}\n{STORY}", {1: "title"}))[0] is None


def test_a_line_of_tags_is_no_standfirst(described):
    text = f"{TITLE}\n<p> <b> </b> </p>\nOleh: Ratna Sari\n{STORY}"
    assert titled(described(text, {1: "title", 2: "subtitle", 3: "byline"}))[:2] == (TITLE, None)


def test_a_feed_s_foot_without_words_names_no_title(described):
    foot = f"The post {'<b></b>' * 4} appeared first on Warta Garam."
    assert titled(described(f"{STORY}\n{foot}", {3: "footer"}))[0] is None


def test_a_stated_subtitle_is_the_first_that_differs_from_the_title(described):
    standfirst = "Kemarau datang dua pekan lebih cepat"
    for place, rule in (("record", "record"), ("og", "subtitle.og")):
        said = [("title", place, TITLE), ("subtitle", place, TITLE.upper()), ("subtitle", place, standfirst)]
        values, evidence, _ = described(STORY, {}, said)
        assert values["subtitle"] == standfirst
        assert [row["rule"] for row in evidence if row["field"] == "subtitle"] == [rule]


@pytest.mark.parametrize(
    "line",
    [
        "Nelayan Sampang memanen garam lebih awal.",
        "Nelayan Sampang memanen garam lebih awal:",
        "Lihat nelayan Sampang memanen garam lebih awal",
        "Ilustrasi: nelayan Sampang memanen garam lebih awal",
    ],
)
def test_a_sentence_an_invitation_or_a_caption_in_the_head_is_no_headline(described, line):
    assert titled(described(f"{line}\n{STORY}", {1: "title"}))[0] is None
    assert titled(described(f"{TITLE}\n{STORY}", {1: "title"}))[0] == TITLE


def test_of_two_lines_right_above_the_story_the_upper_is_the_headline_whatever_its_words(described):
    text = f"Kabar Gembira Bagi Warga Pesisir\nSemua Orang Ikut Bersuka Cita\n{STORY}"
    assert titled(described(text, {1: "title", 2: "title"}))[:2] == (
        "Kabar Gembira Bagi Warga Pesisir", "Semua Orang Ikut Bersuka Cita",
    )  # fmt: skip


def test_a_feed_s_footer_repeats_the_headline(described):
    foot = f"The post {TITLE} appeared first on Warta Garam."
    values, evidence, _ = described(f"{STORY}\n{foot}", {3: "nav"})
    assert values["title"] == TITLE
    assert [(row["rule"], row["sure"]) for row in evidence if row["field"] == "title"] == [
        ("title.feed-foot", "likely")
    ]


@pytest.mark.parametrize("day", ["Senin, 4 Mei", "Jum'at (4/5", "Isnin, 4 Mei", "Thursday, 4 May"])
def test_a_title_to_which_a_weekday_is_glued_is_none(described, day):
    values, _, _ = described(f"Panen Raya Dimulai di Lereng Gunung{day}\n{STORY}", {1: "title"})
    assert values["title"] is None


def test_a_script_without_capitals_has_headlines_too(described):
    story = "सोनपुरा गाँव के लोगों ने नदी किनारे पड़ी एक पुरानी नाव की मरम्मत की है।\nनाव हर सप्ताह तीन घाटों पर रुकेगी।"
    title = "नदी किनारे पुरानी नाव बनी पुस्तकालय"
    assert described(f"{title}\n{story}", {1: "title"})[0]["title"] == title


def test_a_title_that_names_the_site_alone_gives_way_to_the_head(described):
    text = f"{TITLE}\nSenin, 17 Juni 2024 14:39 WIB\n{STORY}"
    values = described(text, {1: "title", 2: "byline"}, [("title", "html_title", "Kabar Muara - Portal Berita")])[0]
    assert values["title"] == TITLE


def test_the_title_below_the_story_is_no_text(described):
    _, _, marks = described(f"{STORY}\n{TITLE}", {}, [("title", "record", TITLE)])
    assert [mark["line"] for mark in marks if mark["kind"] == "title"] == [3]


BODY = "The council voted to repair the old bridge before winter comes, the mayor said in a long speech on the matter."
HEADLINE = "Council votes to repair bridge"


def build_view(lines, body=(BODY,), is_page=True):
    marks, start = [], 0
    for number, line in enumerate(lines, 1):
        kind = "body" if line in body else "nav"
        marks.append(Mark(number, start, start + len(line), kind, f"test.{kind}", None))
        start += len(line) + 1
    return build_document_view("\n".join(lines), marks, (Candidate("title", "h1", HEADLINE),) if is_page else ())


@pytest.mark.parametrize(
    ("lines", "index"),
    [
        ([HEADLINE, BODY], 0),
        ([HEADLINE, "Menu", HEADLINE, BODY], 2),  # the last one above the story
        ([BODY, HEADLINE, BODY], 1),  # else the first one within it
        ([BODY, BODY, BODY, BODY, HEADLINE, BODY, HEADLINE, BODY], 4),
        ([BODY, BODY, BODY, BODY, HEADLINE], None),  # below it
        ([f"{HEADLINE.upper()}!", BODY], 0),
        ([f"{HEADLINE} " + "and more " * 9, BODY], None),
        (["Menu", BODY], None),
    ],
)
def test_the_line_that_prints_the_title_is_the_last_above_the_story_or_the_first_within(lines, index):
    assert find_title_line(build_view(lines), HEADLINE) == index
    assert find_title_line(build_view(lines, is_page=False), HEADLINE) is None
    assert find_title_line(build_view(lines), None) is None


@pytest.mark.parametrize(
    ("text", "is_like", "is_like_above_credit"),
    [
        (HEADLINE, True, True),
        ("Bridge repaired again", False, True),  # three words
        ("Bridge repaired", False, False),
        (" ".join(["Kota"] * 25), True, True),
        (" ".join(["Kata"] * 26), False, False),
        ("council votes to repair bridge", False, False),
        ("“Council votes” to repair bridge", True, True),
        ("5 ways to repair a bridge", True, True),
        ("- ways to repair a bridge", False, False),
        ("Council votes to repair bridge.", False, False),
        ("Council votes to repair bridge...", True, True),
        ("Council votes to repair bridge:", False, False),
        ("Council votes: 12345 67890 12345", False, False),  # a third of it is digits
        ("Council votes on March 3, 2024 10:30 UTC", False, False),
        ("Follow us on the old bridge", False, True),  # an invitation, unless a byline stands below it
        ("Foto: the old bridge at night", False, False),
        ("FOTO: The old bridge at night", True, True),  # a gallery
        ("Home › News › Bridge of the valley", False, False),
        ("A to do it", False, False),  # shorter than 15 characters
    ],
)
def test_what_may_be_a_headline(text, is_like, is_like_above_credit):
    (line,) = build_view([text], body=()).lines
    assert headline._is_headline_like(line) is is_like
    assert headline._is_headline_like(line, followed_by_credit=True) is is_like_above_credit


@pytest.mark.parametrize(
    ("line", "is_standfirst"),
    [
        ("Kemarau datang dua pekan lebih cepat", True),
        ("Simak berita garam lain di kanal kami", False),  # an invitation
        ("Kemarau datang lebih", False),  # three words
        ("- Kemarau datang dua pekan lebih cepat", False),
        ("(Kemarau datang dua pekan lebih cepat)", False),
        ("Beranda | Ekonomi | Garam dan laut", False),
    ],
)
def test_a_standfirst_is_a_sentence_below_the_headline_and_no_furniture(described, line, is_standfirst):
    found = described(f"{TITLE}\n{line}\n{STORY}", {1: "title", 2: "subtitle"})
    assert titled(found) == (TITLE, line if is_standfirst else None, [1], [2] if is_standfirst else [])
