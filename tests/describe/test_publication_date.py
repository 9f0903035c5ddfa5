"""When it was published: stated, inferred, or not said."""

import datetime as dt

import pytest

from flows.describe.credits import Credits
from flows.describe.dated_value import DateContext, PublicationDate
from flows.describe.document_view import Candidate, DocumentView, build_document_view
from flows.describe.publication_date import find_last_revision, find_publication_date

STORY = (
    "Festival layang-layang dimulai di lapangan desa.\nPanitia menyiapkan empat puluh layangan besar, Sabtu (4/5/2024)."
)


def when(values):
    return str(values["date"]) if values["date"] else None, values["date_basis"], values["published_at"]


def test_the_date_line_is_stated_and_the_story_s_date_is_not(described):
    text = f"Festival Layang-layang Dibuka\nMinggu, 5 Mei 2024 08:00 WITA\n{STORY}"
    values, _, _ = described(text, {1: "title", 2: "byline"})
    assert when(values) == ("2024-05-05", "stated", dt.datetime(2024, 5, 5, 0, 0, tzinfo=dt.UTC))
    alone, evidence, _ = described(STORY)
    assert when(alone) == ("2024-05-04", "inferred", None)
    assert [row["sure"] for row in evidence if row["field"] == "date"] == ["guess"]


def test_without_a_zone_there_is_a_day_but_no_instant(described):
    values, _, _ = described(f"Minggu, 5 Mei 2024 08:00\n{STORY}", {1: "byline"})
    assert when(values) == ("2024-05-05", "stated", None)


def test_an_update_is_not_the_publication(described):
    values, _, _ = described(f"Diperbarui 6 Mei 2024, 10:00 WIB\n{STORY}", {1: "byline"})
    assert when(values) == ("2024-05-04", "inferred", None)


def test_a_caption_s_date_is_never_taken(described):
    story = STORY.replace(", Sabtu (4/5/2024)", "")
    values, _, _ = described(f"Warga menaikkan layangan, 1 Mei 2019. (Foto: Warga)\n{story}", {1: "caption"})
    assert when(values) == (None, None, None)


def test_a_date_whose_weekday_is_wrong_is_passed_over(described):
    story = STORY.replace("Sabtu (4/5/2024)", "Senin (4/5/2024), lanjut Minggu (5/5/2024)")
    values, _, _ = described(story)
    assert when(values)[0] in {"2024-05-05", "2024-04-05"}


@pytest.mark.parametrize(
    "story", ["Lomba dimulai 25 Oktober lalu.", "Lomba dimulai Senin (7/1) pagi.", "Lomba sejak tahun 2023."]
)
def test_a_day_without_its_year_stays_null(described, story):
    values, _, _ = described(f"{story} Semua warga desa datang.")
    assert when(values) == (None, None, None)


def test_metadata_in_utc_gives_the_day_of_the_outlet_s_zone(described):
    values, _, _ = described(
        STORY, {}, [("published_at", "jsonld", "2024-05-04T20:30:00+00:00")], url="https://news.okezone.com/read/1"
    )
    assert when(values) == ("2024-05-05", "stated", dt.datetime(2024, 5, 4, 20, 30, tzinfo=dt.UTC))


def test_a_record_s_date_is_stated(described):
    values, evidence, _ = described(STORY, {}, [("published_at", "record", "2024-05-06")])
    assert when(values) == ("2024-05-06", "stated", None)
    assert ("date", "record", "2024-05-06") in [(row["field"], row["rule"], row["quote"]) for row in evidence]


PAGE = [("title", "h1", "Bridge to be repaired"), ("language", "html", "en")]
PROSE = "The council voted to repair the old bridge before winter comes, the mayor said in a long speech."


@pytest.mark.parametrize("time, day", [("2025-03-01T12:00:00Z", "2025-03-01"), ("2025-01-03", "2025-01-03")])
def test_a_numeric_day_is_read_as_the_page_s_time_element_says(described, time, day):
    text = f"Bridge to be repaired\n03/01/2025\n{PROSE}"
    values, _, _ = described(text, {1: "nav", 2: "nav"}, [*PAGE, ("published_at", "time", time)])
    assert when(values)[:2] == (day, "stated")


def test_a_label_on_the_line_above_tells_the_day(described):
    story = "\n".join([PROSE] * 20)
    text = f"Bridge to be repaired\n{story}\nPublished\nFeb 2, 2023"
    values, evidence, _ = described(text, {1: "nav", 22: "nav", 23: "nav"}, PAGE)
    assert when(values)[:2] == ("2023-02-02", "stated")
    assert [row["rule"] for row in evidence if row["field"] == "date"] == ["date.published-on"]


@pytest.mark.parametrize(
    "candidate, basis",
    [
        (("published_at", "page", "2025-03-01"), "stated"),
        (("published_at", "script", "2025-03-01"), "stated"),
        (("modified_at", "jsonld", "2025-03-01"), "inferred"),
    ],
)
def test_what_a_page_says_of_itself_outside_its_article(described, candidate, basis):
    values, _, _ = described(f"Bridge to be repaired\n{PROSE}", {1: "nav"}, [*PAGE, candidate])
    assert when(values)[:2] == ("2025-03-01", basis)


ENGLISH = (
    "The council voted to repair the old bridge before winter comes, the mayor said in a long speech.\n"
    "Repairs begin as soon as the river falls, and the ferry sails until the last lane is open again."
)
HEADLINE = "Council votes to repair bridge"


def describe_page(described, lines, kinds=None, candidates=(), url="https://valleycourier.example/a/b"):
    stated = [("title", "h1", HEADLINE), ("language", "html", "en"), *candidates]
    text = "\n".join([HEADLINE, *lines[0], ENGLISH, *lines[1]])
    count = len(lines[0])
    numbers = [*range(1, 2 + count), *range(4 + count, 4 + count + len(lines[1]))]
    return described(text, {**dict.fromkeys(numbers, "nav"), **(kinds or {})}, stated, url)[0]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (["Odile Farrow speaks at the Winter Fair on December 7, 2025 in Brendal"], []),
        (["10 April 2025, doors open 18:00 - Town Hall"], []),
        ([], ["Lena Torv", "July 11, 2022 at 6:56 PM", "I crossed the old one every day."]),
        ([], ["Other story of the day", "Jan 5, 2024"]),
        (["Licence 12/05/2019/SK-77 valid until 12 May 2024"], []),
        (["04/05/2023"], []),
    ],
)
def test_days_of_captions_events_comments_and_cards_are_not_stated(described, above, below):
    assert when(describe_page(described, (above, below)))[1] != "stated"


@pytest.mark.parametrize(
    ("above", "day"),
    [
        (["10 April 2025, 18:00 - Town Hall, Brendal", "Emil Ippolin", "Mar 06, 2025"], "2025-03-06"),
        (["Last updated 18 Nov 2025", "3 Sept 2024 | Originally published"], "2024-09-03"),
        (["Updated: Nov 18, 2025 | Published: May 25, 2025"], "2025-05-25"),
        (["By Dana Whitfield | January 11th 2023 | 5 min read"], "2023-01-11"),
        (["Essay - Published: 2025.12.17"], "2025-12-17"),
    ],
)
def test_the_day_of_the_byline_is_stated(described, above, day):
    assert when(describe_page(described, (above, [])))[:2] == (day, "stated")


@pytest.mark.parametrize(
    ("candidates", "url", "day"),
    [
        ([("language", "og", "en_US")], None, "2023-04-05"),
        ([("language", "og", "en_GB")], None, "2023-05-04"),
        ([("modified_at", "og", "2023-04-05T10:00:00Z")], None, "2023-04-05"),
        ([], "https://valleycourier.co.uk/a/b", "2023-05-04"),
        ([], "https://valleycourier.example/2023/april/05/b", "2023-04-05"),
    ],
)
def test_what_a_page_declares_settles_the_order_of_day_and_month(described, candidates, url, day):
    values = describe_page(
        described, (["04/05/2023"], []), None, candidates, url or "https://valleycourier.example/a/b"
    )
    assert when(values)[:2] == (day, "stated")


def test_a_label_states_a_day_below_the_story(described):
    assert when(describe_page(described, ([], ["(Re)Published: May 25, 2025 Last edit: November 18, 2025"])))[:2] == (
        "2025-05-25",
        "stated",
    )


def test_a_printed_zone_that_contradicts_the_declared_one_gives_no_instant(described):
    text = f"Festival Dibuka\nMinggu, 5 Mei 2024 08:00 WIB\n{STORY}"
    for declared, instant in (
        ("2024-05-05T08:00:00Z", None),
        ("2024-05-05T01:00:00Z", dt.datetime(2024, 5, 5, 1, tzinfo=dt.UTC)),
    ):
        values, _, _ = described(text, {1: "title", 2: "byline"}, [("published_at", "jsonld", declared)])
        assert when(values) == ("2024-05-05", "stated", instant)


def test_the_page_s_own_clock_is_no_date(described):
    text = f"Senin, 13 November 2023\nBeranda\nFestival Layang-layang Dibuka\nRatna Sari - 3 jam yang lalu\n{STORY}"
    values, _, _ = described(
        text, {1: "nav", 2: "nav", 3: "title", 4: "nav"}, [("title", "og", "Festival Layang-layang Dibuka")]
    )
    assert values["date_basis"] != "stated"


@pytest.mark.parametrize(("clock", "basis"), [("07:05:11", None), ("07:05 WIB", "stated")])
def test_a_time_to_the_second_right_above_the_headline_is_the_page_s_clock(described, clock, basis):
    story = STORY.replace(", Sabtu (4/5/2024)", "")
    text = f"Senin, 13 November 2023 {clock}\nFestival Layang-layang Dibuka\nRatna Sari - 3 jam yang lalu\n{story}"
    values, _, _ = described(text, {1: "nav", 2: "title", 3: "nav"}, [("title", "og", "Festival Layang-layang Dibuka")])
    assert values["date_basis"] == basis


def test_the_day_that_the_story_calls_today_is_inferred(described):
    text = (
        "Jakarta - Ponsel akan meluncur hari ini, Senin (9/9/2024) di Brendal, atau Selasa (10/9/2024) dini hari WIB."
    )
    values, _, _ = described(text)
    assert when(values)[:2] == ("2024-09-09", "inferred")


def test_a_view_count_beside_the_clock(described):
    values, _, _ = described(
        f"Festival Dibuka\nSelasa, 23 Februari 2016 15:06 WIB | 998 Views\n{STORY}", {1: "title", 2: "byline"}
    )
    assert when(values)[2] == dt.datetime(2016, 2, 23, 8, 6, tzinfo=dt.UTC)


def test_a_label_on_a_line_of_its_own_makes_the_day_an_update_s(described):
    declared = [("published_at", "jsonld", "Feb 08, 2022")]
    values = describe_page(described, (["Emil Ippolin", "Last update:", "July 16, 2025"], []), None, declared)
    assert when(values)[:2] == ("2022-02-08", "stated")


@pytest.mark.parametrize(
    ("modified", "day"), [("2025-11-20T16:02:46Z", "2025-05-14"), ("2025-12-01T09:00:00Z", "2025-11-20")]
)
def test_a_declared_day_that_is_also_the_last_change_gives_way_to_an_earlier_printed_one(described, modified, day):
    declared = [("published_at", "jsonld", "2025-11-20T16:02:46Z"), ("modified_at", "jsonld", modified)]
    values = describe_page(described, (["Emil Ippolin", "May 14, 2025"], []), None, declared)
    assert when(values)[:2] == (day, "stated")


@pytest.mark.parametrize(("between", "basis"), [(["4 min read"], "stated"), (["Emil Ippolin writes on"], None)])
def test_labels_alone_may_stand_between_the_day_and_the_headline_below_it(described, between, basis):
    lines = ["Back to blog", "Dec 12, 2025", *between, HEADLINE]
    text = "\n".join([*lines, ENGLISH])
    kinds = dict.fromkeys(range(1, len(lines) + 1), "nav")
    values, _, _ = described(text, kinds, [("title", "h1", HEADLINE), ("language", "html", "en")])
    assert values["date_basis"] == basis


def test_originally_published_beats_an_unlabelled_day(described):
    below = ["This article was originally published on 26 Sep 2019 at 4:12pm but has been changed."]
    assert when(describe_page(described, (["Emil Ippolin", "30 Sep 2022, 11:07am"], below)))[:2] == (
        "2019-09-26",
        "stated",
    )


@pytest.mark.parametrize(
    ("modified", "basis"), [("2026-01-12T10:00:00Z", "inferred"), ("2025-03-01T10:00:00Z", "stated")]
)
def test_the_day_of_an_update_that_the_data_calls_a_change_is_inferred(described, modified, basis):
    values = describe_page(described, (["Last updated 12 Jan 2026"], []), None, [("modified_at", "jsonld", modified)])
    assert when(values)[:2] == ("2026-01-12", basis)


def test_a_caption_above_the_body_that_ends_in_a_day_is_no_date_line(described):
    above = ["Odile Farrow reads to her son Karter in the library of Brendal, Alden, April 14, 2024."]
    values = describe_page(described, (above, []), {2: "byline"})
    assert values["date_basis"] != "stated"


@pytest.mark.parametrize(("times", "basis"), [(["2026-01-05"] * 2, "stated"), (["2026-01-05", "2025-11-02"], None)])
def test_time_elements_of_several_days_may_be_those_of_cards(described, times, basis):
    values = describe_page(described, ([], []), None, [("published_at", "time", time) for time in times])
    assert values["date_basis"] == basis


def test_the_day_below_a_sign_off(described):
    below = ["tags of the page", "Written by Dana Whitfield", "April 8, 2024"]
    assert when(describe_page(described, ([], below)))[:2] == ("2024-04-08", "stated")


def test_a_time_element_of_an_update_is_no_publication(described):
    declared = [("published_at", "time", "2026-01-12"), ("modified_at", "headline", "2026-01-12")]
    values = describe_page(described, (["Last updated: January 12, 2026."], []), None, declared)
    assert (when(values)[0], values["published_at"]) == ("2026-01-12", None)
    changed = [*declared, ("modified_at", "og", "2026-01-12T16:29:48Z")]
    assert when(describe_page(described, (["January 12, 2026."], []), None, changed))[1] == "inferred"


def test_a_day_of_the_story_without_its_year_takes_that_of_its_full_dates(described):
    text = "Panen raya dimulai di lereng itu, Senin (9/6).\nJembatan lama ditutup sejak 12 Mei 2025 untuk perbaikan."
    values, _, _ = described(text)
    assert when(values) == ("2025-06-09", "inferred", None)


def test_a_text_without_a_line_has_no_day(described):
    values, _, _ = described("\n")
    assert when(values) == (None, None, None)


@pytest.mark.parametrize("declared", ["2024-05-04T00:30:00+07:00", "2024-05-06T23:30:00-05:00"])
def test_a_printed_day_that_is_the_instant_s_in_no_zone_is_another(described, declared):
    values = describe_page(described, (["May 5, 2024"], []), None, [("published_at", "jsonld", declared)])
    assert abs(values["date"] - values["published_at"].date()) <= dt.timedelta(days=1)
    assert values["date_basis"] == "stated"


def test_an_instant_at_the_end_of_the_calendar_costs_no_document(described):
    declared = [("published_at", "record", "9999-12-31T20:00:00Z")]
    values, _, _ = described(STORY, {}, declared, url="https://news.okezone.com/read/1")
    assert values["published_at"] is None


def test_the_zone_that_a_text_prints_does_not_touch_the_instant_of_its_record(described):
    """Of a page another zone at the same clock takes the instant away; a text has no such second statement."""
    declared, line = "2024-05-05T08:00:00+07:00", "Minggu, 5 Mei 2024 08:00 WITA"
    values, _, _ = described(f"{line}\n{STORY}", {1: "caption"}, [("published_at", "record", declared)])
    assert when(values) == ("2024-05-05", "stated", dt.datetime(2024, 5, 5, 1, 0, tzinfo=dt.UTC))
    page = [("published_at", "jsonld", declared), ("language", "html", "id")]
    assert when(described(f"{line}\n{STORY}", {1: "caption"}, page)[0])[2] is None


@pytest.mark.parametrize(
    ("latest_day", "day"), [("2024-05-05", "2024-05-05"), ("2024-05-04", None), (None, "2024-05-05")]
)
def test_the_day_of_an_address_is_taken_up_to_the_last_possible_one(latest_day, day):
    view = build_document_view("Panen raya dimulai di lereng itu.")
    latest = dt.date.fromisoformat(latest_day) if latest_day else None
    url = "https://kabar.example/2024/05/05/panen"
    published = find_publication_date(DateContext(view, Credits(), None, None, latest, None, url))
    assert (str(published.day) if published.day else None) == day


@pytest.mark.parametrize("word", ["Akan", "Di sana akan"])
def test_a_day_to_come_is_no_day_of_publication_wherever_its_word_stands(described, word):
    story = f"{word} ada pasar murah pada Sabtu (4/5/2024) bagi semua warga desa yang datang sejak pagi."
    values, _, _ = described(f"Panen raya dimulai di lereng itu.\n{story}")
    assert when(values) == (None, None, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "Timnas menghadapi Malaysia pada Sabtu (4/5/2024) malam.",
        "Konser amal pada Sabtu (4/5/2024)",
        "Lomba perahu, Sabtu (4/5/2024).",
        "Rapat warga pada Sabtu, 4 Mei 2024 pukul 10.00 WIB.",
        "The choir sings on Saturday, May 4, 2024.",
    ],
)
@pytest.mark.parametrize("form", ["{1}\n{0}", "{0}\n{1}"])
def test_a_short_sentence_of_the_story_states_no_day_and_stays_in_it(described, sentence, form):
    values, _, marks = described(form.format("Panen raya dimulai di lereng itu, kata para petani desa.", sentence))
    assert values["date_basis"] != "stated" and values["published_at"] is None and marks == []


@pytest.mark.parametrize(
    "line",
    [
        "Diterbitkan pada Sabtu (4/5/2024)",
        "Sabtu (4/5/2024)",
        "Oleh Ratna Sari pada Sabtu (4/5/2024)",
        "Kabar Lembayung | Sabtu, 4 Mei 2024",
    ],
)
def test_a_line_of_the_story_that_is_a_date_line_states_its_day(described, line):
    values, _, _ = described(f"{line}\nPanen raya dimulai di lereng itu, kata para petani yang menunggu lama.")
    assert when(values)[:2] == ("2024-05-04", "stated")


@pytest.mark.parametrize("words", ["dijadwalkan", "rencananya", "akan ada", "berikutnya"])
def test_a_day_that_is_planned_is_no_day_of_publication(described, words):
    story = f"Festival perahu naga {words} pada Sabtu (4/5/2024) di waduk besar itu."
    assert when(described(f"Panen raya dimulai di lereng itu.\n{story}")[0]) == (None, None, None)


@pytest.mark.parametrize(("lines_between", "day"), [(0, "2024-03-12"), (7, "2024-05-10")])
def test_a_declared_day_gives_way_to_one_that_is_printed_close_to_the_headline(described, lines_between, day):
    above = [f"Bridge number {number} of the valley" for number in range(lines_between)]
    values = describe_page(
        described, ([*above, "March 12, 2024"], []), None, [("published_at", "jsonld", "2024-05-10")]
    )
    assert when(values)[:2] == (day, "stated")


NOON = dt.datetime(2024, 5, 4, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("modified", "published", "revision"),
    [
        ([], PublicationDate(), None),
        ([], PublicationDate(NOON.date(), "stated", NOON), NOON),
        ([], PublicationDate(NOON.date(), "stated"), NOON.replace(hour=0)),  # a day counts from its beginning
        ([], PublicationDate(NOON.date(), "inferred"), None),
        (["2024-05-04T19:30:00+07:00"], PublicationDate(), NOON.replace(minute=30)),
        (
            ["2024-05-04T13:00:00Z", "2024-05-04T14:00:00Z"],
            PublicationDate(NOON.date(), "stated", NOON),
            NOON.replace(hour=14),
        ),
        (["2024-05-04T11:00:00Z"], PublicationDate(NOON.date(), "stated", NOON), NOON),
        (["kemarin"], PublicationDate(), None),
    ],
)
def test_the_last_revision_is_the_latest_that_a_document_states(modified, published, revision):
    view = DocumentView((), tuple(Candidate("modified_at", "og", value) for value in modified))
    assert find_last_revision(view, published) == revision


@pytest.mark.parametrize(
    ("printed", "declared", "day", "instant"),
    [
        ("May 5, 2024", "2024-05-04T20:00:00Z", "2024-05-05", True),  # the page counts in its own zone
        ("May 4, 2024", "2024-05-04T20:00:00Z", "2024-05-04", True),
        ("May 6, 2024", "2024-05-04T20:00:00Z", "2024-05-04", True),  # two days are no zone
        ("May 2, 2024", "2024-05-04T20:00:00Z", "2024-05-04", True),
        ("May 2, 2024", "2024-05-04", "2024-05-02", False),
    ],
)
def test_a_printed_day_beside_a_declared_instant_is_that_of_the_page_s_zone(described, printed, declared, day, instant):
    values = describe_page(described, ([printed], []), None, [("published_at", "jsonld", declared)])
    assert (when(values)[:2], values["published_at"] is not None) == ((day, "stated"), instant)


@pytest.mark.parametrize(
    ("where", "modified", "day"),
    [
        ("jsonld", "2024-05-10T09:00:00Z", "2024-05-02"),  # the declared instant is the last change
        ("jsonld", "2024-05-11T09:00:00Z", "2024-05-10"),
        ("og", "2024-05-11T09:00:00Z", "2024-05-02"),  # what networks are told may be a later day
        ("meta", "2024-05-11T09:00:00Z", "2024-05-02"),
    ],
)
def test_a_declared_instant_that_is_a_later_change_gives_way_to_the_printed_day(described, where, modified, day):
    candidates = [("published_at", where, "2024-05-10T09:00:00Z"), ("modified_at", "jsonld", modified)]
    assert when(describe_page(described, (["May 2, 2024"], []), None, candidates))[:2] == (day, "stated")


@pytest.mark.parametrize(
    ("times", "day"), [(["2024-05-04"], "2024-05-04"), (["2024-05-04", "2024-05-04T10:00:00Z"], "2024-05-04"),
                       (["2024-05-04", "2024-05-05"], None)],
)  # fmt: skip
def test_time_elements_count_where_all_of_them_name_one_day(described, times, day):
    values = describe_page(described, ([], []), None, [("published_at", "time", time) for time in times])
    assert when(values)[0] == day


def test_of_several_declared_dates_one_with_a_time_comes_first_if_it_is_of_that_day(described):
    def read(*declared):
        candidates = [("published_at", "jsonld", value) for value in declared]
        return when(describe_page(described, ([], []), None, candidates))

    assert read("2024-05-04", "2024-05-04T10:00:00Z") == (
        "2024-05-04",
        "stated",
        dt.datetime(2024, 5, 4, 10, tzinfo=dt.UTC),
    )
    assert read("2024-05-04", "2024-05-05T10:00:00Z")[0] == "2024-05-05"  # a zone apart
    assert read("2024-05-04", "2024-05-06T10:00:00Z") == ("2024-05-04", "stated", None)
