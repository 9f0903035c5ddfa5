"""Texts that were cut short or carry residue: found, linked to what they repeat, and never linked by chance."""

import random
from typing import Any

import pyarrow as pa
import pytest

from flows.dedupe import assemble_fingerprints, compute_prints, link_duplicates, sample_pairs
from flows.dedupe.sample_pairs import MIN_SHARED
from flows.dedupe.shingles import SAMPLE_SIZE
from tests.dedupe.brute_force import alike_pairs, brute_links, holds, jaccard
from tests.dedupe.test_near import articles, changed, text


def cut_or_widen(base: str, picks: random.Random) -> str:
    """The text cut short, with residue before and after it, or both."""
    words, residue = base.split(), text(picks, picks.randrange(10, 160)).split()
    place = picks.randrange(len(residue))
    kept = words[: int(len(words) * picks.uniform(0.35, 0.9))]
    shape = picks.randrange(4)
    if shape == 0:
        return " ".join(kept)
    if shape == 1:
        return " ".join([*residue[:place], *words, *residue[place:]])
    if shape == 2:
        return " ".join(words[picks.randrange(1, len(words) // 2) :])
    return " ".join([*residue[: len(words) // 12], *kept])


def make_rows(seed: int, stories: int, copies: int) -> pa.Table:
    picks = random.Random(seed)
    texts: list[str] = []
    for _ in range(stories):
        base = text(picks, picks.randrange(30, 260))
        texts += [base, *(cut_or_widen(base, picks) for _ in range(copies)), changed(base, picks, 0.02)]
    picks.shuffle(texts)
    return articles(texts)


def link(rows: pa.Table, generations: list[int] | None = None) -> dict[str, str]:
    prints = compute_prints(rows)
    numbers = None if generations is None else pa.array(generations, pa.int8()).to_numpy()
    made = link_duplicates(assemble_fingerprints(rows, prints, numbers), prints)
    return dict(zip(made["article_id"].to_pylist(), made["duplicate_of"].to_pylist(), strict=True))


@pytest.mark.parametrize("seed", range(6))
def test_the_links_are_those_of_brute_force(seed: int) -> None:
    rows = make_rows(seed, 25, 4)
    made, expected = link(rows), brute_links(rows)
    agreeing = made.items() & expected.items()
    # Two cuts of one text may have a similarity far below .4; a pair that is missed may change the links of others.
    assert len(expected) > 60 and len(agreeing) >= 0.95 * len(expected)


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_of_deliveries_each_link_is_true_and_no_copy_is_overlooked(seed: int) -> None:
    rows = make_rows(100 + seed, 20, 4)
    picks = random.Random(seed)
    pairs = {
        frozenset(rows["article_id"][number].as_py() for number in pair): jaccard(*counts)
        for pair, counts in alike_pairs(rows["text"].to_pylist()).items()
    }
    published = rows.slice(0, 0)
    links: dict[str, str] = {}
    at = 0
    while at < rows.num_rows:
        delivery = rows.slice(at, picks.randrange(5, 60))
        at += delivery.num_rows
        kept = published.filter(pa.array([key not in links for key in published["article_id"].to_pylist()], pa.bool_()))
        night = link(pa.concat_tables([kept, delivery]), [0] * kept.num_rows + [2] * delivery.num_rows)
        assert not night.keys() & set(kept["article_id"].to_pylist())
        links |= night
        published = pa.concat_tables([published, delivery])
    assert all(frozenset(pair) in pairs for pair in links.items()) and not links.keys() & set(links.values())
    kept_ids = set(rows["article_id"].to_pylist()) - links.keys()
    overlooked = [pair for pair, similarity in pairs.items() if pair <= kept_ids and similarity >= 0.4]
    assert len(overlooked) <= 0.02 * len(links)


def test_pairs_are_the_same_in_many_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = make_rows(7, 25, 4)
    expected = link(rows)
    for name, size in (("_KEYS_AT_ONCE", 64), ("_PAIRS_AT_ONCE", 3), ("_ESTIMATED_AT_ONCE", 5)):
        monkeypatch.setattr(sample_pairs, name, size)
    assert link(rows) == expected and len(expected) > 60


def test_recall_down_to_a_similarity_of_four_tenths() -> None:
    """Of pairs of which one stands in the other at Jaccard .4 to .7 more than nine in ten are found."""
    picks = random.Random(9)
    counted = linked = 0
    for _ in range(800):
        base = text(picks, picks.randrange(25, 400))
        rows = articles([base, cut_or_widen(base, picks)])
        for counts in alike_pairs(rows["text"].to_pylist()).values():
            if holds(*counts) and 0.4 <= jaccard(*counts) < 0.7:
                counted += 1
                linked += bool(link(rows))
    assert counted > 250 and linked >= 0.97 * counted  # the screen is to miss fewer than one in a hundred


def row(number: int, words: list[str], **more: Any) -> dict[str, Any]:
    return articles([" ".join(words)]).to_pylist()[0] | {
        "article_id": f"{number:032x}", "content_hash": f"{number:032x}", "char_count": len(" ".join(words)), **more
    }  # fmt: skip


WORDS = [f"kata{number}" for number in range(400)]


def link_rows(*rows: dict[str, Any], generations: list[int] | None = None) -> dict[int, int]:
    table = pa.Table.from_pylist(list(rows), articles([""]).schema)
    return {int(copy, 16): int(original, 16) for copy, original in link(table, generations).items()}


def stated(day: int) -> dict[str, Any]:
    from datetime import date

    return {"date": date(2024, 3, day), "date_basis": "stated"}


def test_within_a_run_the_longer_keeps_its_role_even_if_the_shorter_states_an_earlier_day() -> None:
    short, long = row(1, WORDS[:120], **stated(1)), row(2, WORDS[:220], **stated(9))
    assert link_rows(short, long) == {1: 2}
    # Near copies of the short one stand in the long one too, whichever comes first.
    nearly = row(3, ["lain", *WORDS[1:120]], **stated(2))
    assert link_rows(short, long, nearly) == {1: 2, 3: 2}


def test_across_runs_the_one_published_first_keeps_its_role() -> None:
    short, long = row(1, WORDS[:120]), row(2, WORDS[:220])
    assert link_rows(short, long, generations=[0, 2]) == {2: 1}
    assert link_rows(short, long, generations=[2, 0]) == {1: 2}
    assert link_rows(short, long, generations=[1, 2]) == {2: 1}
    assert link_rows(short, long, generations=[0, 0]) == {}


def test_one_that_stands_in_one_that_is_itself_a_copy_goes_to_what_it_repeats_or_stays() -> None:
    parts = (WORDS[:130], WORDS[:200], WORDS[:320])  # each stands in the next
    assert link_rows(*(row(number, words) for number, words in enumerate(parts))) == {0: 2, 1: 2}
    loose = [*WORDS[:130], *(f"asing{number}" for number in range(25))]  # .8 of it stands in the second alone
    assert link_rows(row(0, loose), row(1, WORDS[:200]), row(2, [*WORDS[60:360]]))[0] == 1


@pytest.mark.parametrize(("share", "expected"), [(0.72, {}), (0.9, {1: 2})])
def test_fewer_than_eight_tenths_are_no_copy(share: float, expected: dict[int, int]) -> None:
    own = int(200 * share)
    short = [*WORDS[:own], *(f"asing{number}" for number in range(200 - own))]
    assert link_rows(row(1, short), row(2, WORDS[:400])) == expected


def test_boilerplate_under_many_stories_links_none_of_them() -> None:
    picks = random.Random(3)
    foot = text(picks, 60)
    rows = articles([f"{text(picks, picks.randrange(80, 300))} {foot}" for _ in range(260)])
    assert link(rows) == {} == brute_links(rows)


def test_the_sample_holds_enough_of_a_longer_text() -> None:
    """A text that stands in one 2.5 times longer (Jaccard .4) shares 16 / 2.5 sampled digests with it; two will do."""
    assert SAMPLE_SIZE / 2.5 > 3 * MIN_SHARED
