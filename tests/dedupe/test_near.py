"""Near duplicates: the same links as by comparing every text with every other, whatever the order they come in."""

import random
from typing import Any

import pyarrow as pa
import pytest

from flows.dedupe import assemble_fingerprints, compute_prints, link_duplicates
from tests.dedupe.brute_force import brute_links

WORDS = [
    a + b + c for a in ("ka", "lu", "mi", "ne") for b in ("pal", "rung", "tan", "sa", "wi") for c in ("i", "an", "")
]


def text(picks: random.Random, words: int = 80) -> str:
    return " ".join(picks.choice(WORDS) for _ in range(words))


def changed(said: str, picks: random.Random, share: float) -> str:
    return " ".join("lain" if picks.random() < share else word for word in said.split())


def articles(texts: list[str]) -> pa.Table:
    count = len(texts)
    return pa.table(
        {
            "article_id": [f"{n:032x}" for n in range(count)],
            "content_hash": [f"{n:032x}" for n in range(count)],
            "text": texts,
            "date": pa.nulls(count, pa.date32()),
            "date_basis": pa.nulls(count, pa.string()),
            "published_at": pa.nulls(count, pa.timestamp("us", "UTC")),
            "char_count": pa.array([len(said) for said in texts], pa.int32()),
        }
    )


def links(rows: pa.Table, prints: pa.Table | None = None) -> dict[str, str]:
    prints = compute_prints(rows) if prints is None else prints
    made = link_duplicates(assemble_fingerprints(rows, prints), prints)
    return dict(zip(made["article_id"].to_pylist(), made["duplicate_of"].to_pylist(), strict=True))


@pytest.fixture(scope="module")
def drop() -> pa.Table:
    """40 stories, each with copies from near to far, some longer and some shorter; 12 stubs."""
    picks = random.Random(4)
    texts: list[str] = []
    for _ in range(40):
        first = text(picks, picks.randrange(30, 200))
        texts += [first, *(changed(first, picks, share) for share in (0.0, 0.01, 0.03, 0.05, 0.1))]
        texts += [first + " " + text(picks, 12), first[: len(first) * 3 // 4]]
    return articles([*texts, *["Video di bawah ini."] * 12])


def test_the_links_are_those_of_brute_force(drop: pa.Table) -> None:
    made, expected = links(drop), brute_links(drop)
    assert len(expected) > 100
    assert made == expected


def test_order_and_chunks_do_not_matter(drop: pa.Table) -> None:
    order = list(range(drop.num_rows))
    random.Random(5).shuffle(order)
    shuffled = drop.take(order)
    assert links(shuffled) == links(drop)
    parts = [shuffled.slice(at, 37) for at in range(0, shuffled.num_rows, 37)]
    prints = pa.concat_tables([compute_prints(part) for part in reversed(parts)])
    assert links(shuffled, prints) == links(drop)
    # Prints that nobody needs, and prints twice, as they are after a release was carried over.
    assert links(drop.slice(0, 50), pa.concat_tables([prints, prints])) == links(drop.slice(0, 50))


def test_links_never_chain_and_what_is_left_has_no_copies(drop: pa.Table) -> None:
    made = links(drop)
    assert not set(made) & set(made.values())
    left = drop.filter(pa.array([key not in made for key in drop["article_id"].to_pylist()]))
    assert links(left) == {}


def kept_of(*rows: dict[str, Any]) -> dict[str, str]:
    made = articles([row.pop("text") for row in rows]).to_pylist()
    return links(pa.Table.from_pylist([a | b for a, b in zip(made, rows, strict=True)], articles([""]).schema))


def test_a_story_is_not_lost_to_one_it_does_not_resemble() -> None:
    """A like B, B like C, A unlike C: B goes to the one that is kept, C stays."""
    words = [f"kata{n}" for n in range(140)]
    a, b, c = (" ".join(words[at : at + 100]) for at in (0, 14, 28))
    said = kept_of(*({"text": text, "char_count": count} for text, count in ((a, 9), (b, 8), (c, 7))))
    assert said == {f"{1:032x}": f"{0:032x}"}


def test_a_copy_of_a_copy_goes_where_the_copy_goes() -> None:
    picks = random.Random(6)
    first = text(picks, 120)
    near = changed(first, picks, 0.01)
    spaced = near.replace(" ", "  ").upper()
    assert set(kept_of({"text": first, "char_count": 999}, {"text": near}, {"text": spaced}).values()) == {f"{0:032x}"}
