"""Floors of the body figures on evaluation data that is not part of the project. They only go up."""

from collections.abc import Callable

import pytest

from flows.clean import CleanedBatch, extract_body_texts
from flows.clean.models.train.evaluation_sets import EVALUATION_FOLDER, load_rows, load_scorer

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not EVALUATION_FOLDER.is_dir(), reason="evaluation data is not part of the project: set KLIPING_SHARED"
    ),
]


# The shipped weights of the page model have seen id-html: its floor guards the code. Figures by folds of
# sites stand in docs/explanation/quality.md.
@pytest.mark.parametrize(
    ("name", "form", "floor"),
    [("id-lines", "text", 0.990), ("id-html", "text", 0.975), ("id-html", "html", 0.980)],
)
def test_body(name: str, form: str, floor: float, cleaned: Callable[..., CleanedBatch]) -> None:
    data = [row for row in load_rows(name) if row["raw_text" if form == "text" else "html"]]
    found = cleaned(*(row["raw_text" if form == "text" else "html"] for row in data), media=form)
    texts = dict(
        zip(found.documents["identity"].to_pylist(), extract_body_texts(found.documents, found.marks), strict=True)
    )
    predicted = {row["id"]: {"text": texts.get(f"doc-{number}", "")} for number, row in enumerate(data)}
    figures = load_scorer().score(data, predicted)
    assert figures["body"]["f1"] >= floor, figures["body"]


@pytest.mark.parametrize("name", ["id-lines", "id-html", "id-meta"])
def test_no_article_is_taken_for_none(name: str, cleaned: Callable[..., CleanedBatch]) -> None:
    data = load_rows(name)
    found = cleaned(*(row["raw_text"] for row in data))
    empty = {f"doc-{number}" for number, row in enumerate(data) if name != "id-meta" and not row["gold"]["text"]}
    assert set(found.rejects["source_id"].to_pylist()) <= empty


def test_listings_are_rejected(cleaned: Callable[..., CleanedBatch]) -> None:
    data = [row for row in load_rows("not-articles") if row["raw_text"]][::3]
    rejected = cleaned(*(row["raw_text"] for row in data)).rejects.num_rows
    assert rejected >= 0.6 * len(data)
