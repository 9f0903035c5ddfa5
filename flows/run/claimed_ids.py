"""Separation of unlike documents that claim the same article_id.

A document may claim an article_id that is another's: by a declared canonical URL that many pages share, or by a record
id that occurs twice in a file. Only a URL of its own is beyond doubt: documents with the same own URL are one article
whatever their text. Where unlike documents claim one id, it belongs to those whose own URL it is, else to the one
that the parent publishes under it, else to none. The others take the id that they have without the claim: by their own
URL or place (`fallback_id` of KEYS), or by their place and bytes. A document that the parent publishes under its
fallback id keeps that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import dedupe, release
from flows.describe import compute_article_id
from flows.run.keys_table import replace_values
from flows.run.run_state import RunState
from flows.workers import batch_processing

_Mask: TypeAlias = npt.NDArray[np.bool_]
# What an article_id follows from: a declared canonical, the document's own URL, its place (file, record id), its bytes.
_Basis: TypeAlias = Literal["declared", "url", "place", "bytes"]
_DOUBTFUL: Final = ("declared", "place")


def separate_unlike_documents(state: RunState, parent_files: Sequence[Path], parent_rows: pa.Table) -> RunState:
    """Give each document that claims the article_id of an unlike one another id, and its own URL.

    `parent_rows` are the rows of the parent with an id that this run claims: article_id, source_uri, raw_sha256. They
    are in `parent_files`, of articles.
    """
    contested_ids = _find_contested_ids(state.articles, parent_rows)
    if not len(contested_ids):
        return state
    keys = state.articles.filter(pc.is_in(state.articles["article_id"], value_set=contested_ids))
    claims = _ClaimTable(replace(state, articles=keys), parent_files, parent_rows)
    while wrong_places := claims.find_wrong_places():
        claims.withdraw(wrong_places)
    return _apply_claims(state, claims.list_changed_ids(), claims.list_rows_without_canonical())


def _find_contested_ids(keys: pa.Table, parent_rows: pa.Table) -> pa.Array:
    """Find the article_ids that several documents claim, or a declared canonical that may be another document's."""
    all_ids = pa.chunked_array([*keys["article_id"].chunks, *keys["fallback_id"].drop_null().chunks], pa.string())
    counts = pc.value_counts(all_ids)
    repeated = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    is_published, is_same = _match_published(keys, "article_id", parent_rows)
    _, is_published_by_fallback = _match_published(keys, "fallback_id", parent_rows)
    is_declared = np.asarray(pc.is_valid(keys["fallback_id"]))
    is_contested = is_declared & ((is_published & ~is_same) | is_published_by_fallback)
    return pc.unique(pa.concat_arrays([repeated, *keys["article_id"].filter(pa.array(is_contested)).chunks]))


def _match_published(keys: pa.Table, column: str, parent_rows: pa.Table) -> tuple[_Mask, _Mask]:
    """Mark the rows whose `column` is an article_id of the parent, and those that are the same document there.

    The same document has the same source_uri or the same bytes.
    """
    if not parent_rows.num_rows:
        return np.zeros(keys.num_rows, bool), np.zeros(keys.num_rows, bool)
    positions = pc.index_in(keys[column], value_set=parent_rows["article_id"].combine_chunks())
    is_published = np.asarray(pc.is_valid(positions))
    published = parent_rows.take(pc.fill_null(positions, 0))
    is_same = np.asarray(
        pc.or_(
            pc.equal(keys["source_uri"], published["source_uri"]),
            pc.equal(keys["raw_sha256"], published["raw_sha256"]),
        )
    )
    return is_published, is_published & is_same


class _ClaimTable:
    """Claims of documents on article_ids by place in `state.articles`, and the texts to compare the claimants."""

    def __init__(self, state: RunState, parent_files: Sequence[Path], parent_rows: pa.Table) -> None:
        keys = state.articles
        self._state, self._parent_files = state, parent_files
        self._rows: list[int] = keys["row"].to_pylist()
        self._first_ids: list[str] = keys["article_id"].to_pylist()
        self._ids = list(self._first_ids)
        self._fallbacks: list[str | None] = keys["fallback_id"].to_pylist()
        self._has_own_url: list[bool] = keys["has_own_url"].to_pylist()
        self._bases = [
            self._describe_basis(place) if fallback is None else "declared"
            for place, fallback in enumerate(self._fallbacks)
        ]
        self._origins = list(zip(keys["source_uri"].to_pylist(), keys["raw_sha256"].to_pylist(), strict=True))
        self._published = {row["article_id"]: row for row in parent_rows.to_pylist()}

    def find_wrong_places(self) -> set[int]:
        """Find the places of the documents that claim the id of an unlike one."""
        wrong_places = {
            place
            for place, fallback in enumerate(self._fallbacks)
            if fallback and self._bases[place] == "declared" and self._is_published_as(place, fallback)
        }
        claimants: dict[str, list[int]] = {}
        for place, article_id in enumerate(self._ids):
            if place not in wrong_places:
                claimants.setdefault(article_id, []).append(place)
        groups = {
            article_id: places
            for article_id, places in claimants.items()
            if any(self._bases[place] in _DOUBTFUL for place in places)
            and (len(places) > 1 or self._is_of_another(places, article_id))
        }
        texts = self._read_texts([place for places in groups.values() for place in places])
        owners = {article_id: self._find_owners(article_id, places) for article_id, places in groups.items()}
        published_texts = self._read_published_texts(
            {
                article_id
                for article_id, places in groups.items()
                if not owners[article_id] and self._is_of_another(places, article_id)
            }
        )
        for article_id, places in groups.items():
            doubtful = [
                place for place in places if self._bases[place] in _DOUBTFUL and place not in owners[article_id]
            ]
            references = [texts[owner] for owner in owners[article_id]]
            references += [published_texts[article_id]] if article_id in published_texts else []
            # Documents with one own URL may be unlike, and one of them is published: it must be like each of them.
            for reference in references:
                alike = dedupe.compare_texts(reference, [texts[place] for place in doubtful])
                wrong_places |= {place for place, is_alike in zip(doubtful, alike, strict=True) if not is_alike}
            if not references and not all(dedupe.compare_texts(texts[places[0]], [texts[place] for place in doubtful])):
                wrong_places |= set(doubtful)
        return wrong_places

    def withdraw(self, places: set[int]) -> None:
        """Replace the claims of the documents at these places by the next ones."""
        for place in places:
            if self._bases[place] == "declared":
                self._ids[place] = self._fallbacks[place] or self._ids[place]
                self._bases[place] = self._describe_basis(place)
            else:
                self._ids[place] = compute_article_id(None, f"{self._ids[place]}~{self._origins[place][1]}")
                self._bases[place] = "bytes"

    def list_changed_ids(self) -> dict[int, str]:
        """Return the new article_id of each row whose claim was withdrawn."""
        pairs = zip(self._rows, self._first_ids, self._ids, strict=True)
        return {row: article_id for row, first_id, article_id in pairs if article_id != first_id}

    def list_rows_without_canonical(self) -> list[int]:
        """Return the rows whose declared canonical turned out to be another document's."""
        columns = zip(self._rows, self._fallbacks, self._bases, strict=True)
        return [row for row, fallback, basis in columns if fallback is not None and basis != "declared"]

    def _describe_basis(self, place: int) -> _Basis:
        """Return what the article_id of a document follows from without a declared canonical."""
        return "url" if self._has_own_url[place] else "place"

    def _find_owners(self, article_id: str, places: list[int]) -> list[int]:
        """Find the claimants whose own URL it is, else the one that the parent publishes under this id."""
        owners = [place for place in places if self._bases[place] not in _DOUBTFUL]
        return owners or [place for place in places if self._is_published_as(place, article_id)][:1]

    def _is_published_as(self, place: int, article_id: str) -> bool:
        """Return whether the parent publishes this document, by its place or its bytes, under this id."""
        published = self._published.get(article_id)
        return published is not None and (
            published["source_uri"] == self._origins[place][0] or published["raw_sha256"] == self._origins[place][1]
        )

    def _is_of_another(self, places: list[int], article_id: str) -> bool:
        """Return whether the parent publishes another document under a canonical that these ones declare."""
        return article_id in self._published and any(
            self._bases[place] == "declared" and not self._is_published_as(place, article_id) for place in places
        )

    def _read_texts(self, places: list[int]) -> dict[int, str]:
        """Read the texts of the documents at these places."""
        if not places:
            return {}
        place_by_row = {self._rows[place]: place for place in places}
        subset = replace(self._state, articles=self._state.articles.take(pa.array(places, pa.int64())))
        return {place_by_row[row["row"]]: row["text"] for row in _stream_rows(subset, ["text"])}

    def _read_published_texts(self, article_ids: set[str]) -> dict[str, str]:
        """Read the texts of these articles of the parent."""
        if not article_ids:
            return {}
        selected_ids = pa.array(sorted(article_ids), pa.string())
        return {
            row["article_id"]: row["text"]
            for batch in release.read_file_batches(self._parent_files, "articles", ["article_id", "text"])
            for row in batch.filter(pc.is_in(batch.column("article_id"), value_set=selected_ids)).to_pylist()
        }


def _apply_claims(state: RunState, new_ids: dict[int, str], rows_without_canonical: list[int]) -> RunState:
    """Return a state with these article_ids by row; rows without canonical take their own URL and its content_hash."""
    if not new_ids:
        return state
    without_canonical = pc.is_in(state.articles["row"], pa.array(rows_without_canonical, pa.int64()))
    separated = replace(state, articles=state.articles.filter(without_canonical))
    own_urls: dict[int, str | None] = {}
    hashes: dict[int, str] = {}
    for values in _stream_rows(separated, [*batch_processing.PUBLISHED_VALUES, "own_url"]):
        own_urls[values["row"]] = values["own_url"]
        hashes[values["row"]] = batch_processing.hash_content({**values, "url": values["own_url"]})
    articles = replace_values(replace_values(state.articles, "article_id", new_ids), "content_hash", hashes)
    return replace(state, articles=articles, own_urls={**state.own_urls, **own_urls})


def _stream_rows(state: RunState, columns: list[str]) -> Iterator[dict[str, Any]]:
    for table in state.stream_articles(columns):
        yield from table.to_pylist()
