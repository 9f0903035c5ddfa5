"""Who has an article_id or a source_id that several claim, and what was taken down on request."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, dedupe, release
from flows.run.run_state import Lost, Working
from schemas import arrow, stage_tables


def one_row_each(working: Working) -> Working:
    """Settle who has an article_id or source_id that several claim: the later fetched_at, then the greater digest."""
    several = np.union1d(_repeated(working.articles["article_id"]), _repeated(working.articles["source_id"]))
    if not len(several):
        return working
    wanted = ["row", "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at"]
    keys = working.articles.select(wanted).take(pa.array(several)).to_pandas()
    keys = keys.sort_values(["fetched_at", "raw_sha256", "source_uri"], na_position="first", kind="stable").iloc[::-1]
    same = keys.duplicated("article_id")
    winners = keys[~same].set_index("article_id")["source_uri"]
    lost: Lost = {}
    for row in keys[same].itertuples():
        said = f"The same article stands at {winners[row.article_id]}, fetched later or else with the greater digest."
        lost[int(row.row)] = ("same_article", said)
    left = keys[~same]
    for row in left[left.duplicated("source_id")].itertuples():
        said = f'Another record of this source has the id "{row.source_id}" too; give each record an id of its own.'
        lost[int(row.row)] = ("source_id_taken", said)
    return working.without(lost, "dedupe")


def _repeated(values: pa.ChunkedArray) -> np.ndarray:
    """The places of values that stand more than once."""
    found = pc.value_counts(values)
    twice = found.filter(pc.greater(found.field("counts"), 1)).field("values")
    return np.asarray(pc.indices_nonzero(pc.is_in(values, value_set=twice)), np.int64)


def article_ids(working: Working) -> pa.ChunkedArray:
    """The articles that this run's source holds, before any of them is judged."""
    return working.articles["article_id"]


def withhold(working: Working, withdrawn: list[release.Withdrawal]) -> Working:
    """Move what was taken down, and exact duplicates of it, to rejects; a reject of its bytes loses all its words."""
    if not withdrawn:
        return working
    keys = working.articles.select(["row", "article_id", "raw_sha256"])
    keys = keys.append_column("text", pa.array(text_digests(working), pa.string()))
    lost: Lost = {}
    for one in withdrawn:
        mine = keys.filter(_kept_out(keys, one))
        for row in mine["row"].to_pylist():
            lost.setdefault(row, ("withdrawn", _taken_down(one)))
    by_bytes = {raw: _taken_down(one) for one in reversed(withdrawn) for raw in one.raw_sha256}
    known = pc.is_in(working.rejects["raw_sha256"], value_set=pa.array(list(by_bytes), pa.string()))
    silent = [
        {**row, "stage": "release", "reason": "withdrawn", "detail": by_bytes[row["raw_sha256"]], "preview": None}
        for row in working.rejects.filter(known).to_pylist()
    ]
    others = working.rejects.filter(pc.invert(known))
    quiet = replace(working, rejects=pa.concat_tables([others, arrow.table(arrow.REJECTS, silent)]))
    return quiet.without(lost, "release")


def _kept_out(keys: pa.Table, one: release.Withdrawal) -> pa.ChunkedArray:
    """As Withdrawal.keeps_out, for each row of article_id, raw_sha256 and the digest of the text."""
    same = pc.equal(keys["article_id"], one.article_id)
    for name, values in (("raw_sha256", one.raw_sha256), ("text", one.text_digests)):
        same = pc.or_(same, pc.is_in(keys[name], value_set=pa.array(values, pa.string())))
    return same


def text_digests(working: Working) -> list[str]:
    """dedupe.text_digest of each article, in the order of the table."""
    made = np.empty(working.articles.num_rows, object)
    shard, at = working.articles["shard"].to_numpy(), working.articles["at"].to_numpy()
    for number in np.unique(shard).tolist():
        here = np.flatnonzero(shard == number)
        if number != stage_tables.PARENT:
            made[here] = (
                working.shards[number]
                .table("prints", ["text_digest"])["text_digest"]
                .take(pa.array(at[here]))
                .to_pylist()
            )
            continue
        place = dict(zip(working.articles["row"].take(pa.array(here)).to_pylist(), here.tolist(), strict=True))
        some = replace(working, articles=working.articles.take(pa.array(here)))
        for table in some.stream(["text"]):
            for row, text in zip(table["row"].to_pylist(), table["text"].to_pylist(), strict=True):
                made[place[row]] = dedupe.text_digest(text)
    return list(made)


def forget_purged(dataset: release.Dataset, working: Working, withdrawn: Sequence[release.Withdrawal]) -> None:
    """Remove what this run kept of purged articles: their raw bytes and what they became. The run is then over."""
    if any(one.purge for one in withdrawn):
        gone = working.rejects.filter(pc.equal(working.rejects["reason"], "withdrawn"))
        purged = {_taken_down(one) for one in withdrawn if one.purge}
        rows = gone.select(["raw_sha256", "detail"]).to_pylist()
        digests = {row["raw_sha256"] for row in rows if row["detail"] in purged}
        release.forget(dataset, digests)
        cache.forget(dataset.state, digests, {text for one in withdrawn if one.purge for text in one.text_digests})


def withdrawn_ids(path: Path, withdrawn: list[release.Withdrawal]) -> set[str]:
    """The articles of a release that were taken down, and their exact duplicates."""
    return {
        row["article_id"]
        for batch in (release.batches(path, "articles", ["article_id", "raw_sha256", "text"]) if withdrawn else ())
        for row in batch.to_pylist()
        if any(
            one.keeps_out(row["article_id"], row["raw_sha256"], dedupe.text_digest(row["text"])) for one in withdrawn
        )
    }


def _taken_down(one: release.Withdrawal) -> str:
    return f"Taken down on request: {one.reason}"
