from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.dedupe import assemble_fingerprints, compute_prints, digest_text
from flows.dedupe.text_digest import MIN_LETTERS
from schemas import arrow, stage_tables
from tests.makers import complete_row

STORY = (
    "Nelayan di pesisir utara menunda melaut karena gelombang tinggi sejak Senin pagi. "
    "Kepala pelabuhan meminta kapal kecil tetap bersandar sampai angin reda pada akhir pekan."
)


def test_a_digest_is_32_hex_digits() -> None:
    digest = digest_text(STORY)
    assert len(digest) == 32
    assert int(digest, 16) >= 0


def test_case_blanks_and_punctuation_do_not_matter() -> None:
    same = [
        STORY.upper(),
        STORY.replace(". ", ".\n"),
        STORY.replace(" ", "\u00a0"),
        f"“{STORY}” —",
        STORY.replace("i", "\uff49"),  # full-width letters
        STORY.replace("Senin", "Se\u00adnin"),  # a soft hyphen
    ]
    assert {digest_text(text) for text in same} == {digest_text(STORY)}


def test_a_word_or_a_number_does_matter() -> None:
    assert digest_text(STORY.replace("Senin", "Selasa")) != digest_text(STORY)
    assert digest_text(STORY + " 2") != digest_text(STORY + " 3")


def test_a_text_of_few_letters_is_not_compared() -> None:
    assert digest_text("Video selengkapnya dapat disaksikan di bawah ini.") == ""
    assert digest_text("— " * 500) == ""
    assert digest_text("a" * (MIN_LETTERS - 1)) == ""
    assert digest_text("a" * MIN_LETTERS) != ""


@given(st.text(max_size=300))
def test_any_text_has_a_digest_that_its_own_folding_keeps(text: str) -> None:
    assert digest_text(text.casefold()) == digest_text(text)


def test_fingerprints_follow_the_articles() -> None:
    shared = complete_row("articles", {}) | {
        "source_uri": "file:x", "raw_sha256": "0" * 64, "authors": [], "editors": [], "cited_sources": [],
        "language": "id", "language_score": 1.0, "is_partial": False, "word_count": 1, "raw_char_count": 1,
        "boilerplate_share": 0.0,
    }  # fmt: skip
    stated = {"published_at": datetime(2024, 3, 4, 18, tzinfo=UTC), "date": date(2024, 3, 5), "date_basis": "stated"}
    articles = arrow.build_table(
        arrow.ARTICLES,
        [
            shared
            | stated
            | {"article_id": "b" * 32, "source_id": "1", "content_hash": "1" * 32, "text": STORY, "char_count": 170},
            shared
            | {"article_id": "a" * 32, "source_id": "2", "content_hash": "2" * 32, "text": "Pendek.", "char_count": 7},
        ],
    )
    new = {"generation": 2}
    made = assemble_fingerprints(articles, compute_prints(articles))
    assert made.schema.equals(stage_tables.FINGERPRINTS)
    assert made.to_pylist() == [
        stated | new | {"article_id": "b" * 32, "text_digest": digest_text(STORY), "char_count": 170, "print": 0},
        dict.fromkeys(stated) | new | {"article_id": "a" * 32, "text_digest": "", "char_count": 7, "print": 1},
    ]  # fmt: skip
    assert (
        assemble_fingerprints(
            arrow.make_empty_table(arrow.ARTICLES), arrow.make_empty_table(stage_tables.PRINTS)
        ).num_rows
        == 0
    )
    assert isinstance(made, pa.Table)


def test_an_article_without_a_print_is_refused() -> None:
    articles = pa.table({"content_hash": ["1" * 32], "text": [STORY]})
    with pytest.raises(ValueError, match="no print"):
        assemble_fingerprints(articles, arrow.make_empty_table(stage_tables.PRINTS))


def test_prints_of_texts_too_short_hold_nothing() -> None:
    made = compute_prints(pa.table({"content_hash": ["1" * 32, "2" * 32], "text": ["Pendek.", STORY]}))
    assert made.schema.equals(stage_tables.PRINTS)
    assert [row["bands"] is None for row in made.to_pylist()] == [True, False]
    assert [row["shingles"] is None for row in made.to_pylist()] == [True, False]
