"""When it was published: stated, inferred, or not said."""

import datetime as dt

import pytest

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
