"""The steps of one publish as plain functions, in the order in which publish.py tells them.

What passes from step to step is `Working`: the tables of the release that is being made. Every document that came in is
at any time exactly one row of `articles` or of `rejects`; `carried` counts the articles taken over from the parent.
"""

import socket
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from importlib import metadata
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from flows import dedupe, fanout, pipeline, read, release, validate
from flows.outcome import Outcome
from flows.parameters import Publish
from flows.quiet import ROOT
from schemas import SCHEMA_VERSION, arrow, stages
from schemas.vocabulary import DROPPED

Progress = Callable[[int, int, int], None]  # documents read, bytes of the source read, bytes in all


@dataclass(frozen=True)
class Working:
    """The tables of a release in the making: RUN_ARTICLES, REJECTS, RUN_SPANS, RUN_EVIDENCE, PRINTS."""

    articles: pa.Table
    rejects: pa.Table
    spans: pa.Table
    evidence: pa.Table
    documents_in: int
    carried: int = 0
    prints: pa.Table = field(default_factory=stages.PRINTS.empty_table)

    def dropped(self) -> dict[str, int]:
        """Documents dropped as duplicates, by reason."""
        return {k: n for k, n in pipeline.reasons(self.rejects).items() if k in DROPPED}

    def rejected(self) -> dict[str, int]:
        """Documents rejected, by reason."""
        return {k: n for k, n in pipeline.reasons(self.rejects).items() if k not in DROPPED}

    def without(self, lost: dict[int, tuple[str, str]], stage: str) -> "Working":
        """The same with some articles moved to rejects: row -> (reason, sentence)."""
        if not lost:
            return self
        gone = pc.is_in(self.articles["row"], pa.array(list(lost), pa.int64()))
        rows = [
            {
                **{name: row[name] for name in ("source_id", "source_uri", "raw_sha256")},
                "stage": stage,
                "reason": lost[row["row"]][0],
                "detail": lost[row["row"]][1],
                "preview": None if lost[row["row"]][0] == "withdrawn" else " ".join(row["text"][:400].split())[:200],
            }
            for row in self.articles.filter(gone).to_pylist()
        ]
        kept = self.articles.filter(pc.invert(gone))
        rows_kept = kept["row"].combine_chunks()
        return replace(
            self,
            articles=kept,
            rejects=pa.concat_tables([self.rejects, arrow.table(arrow.REJECTS, rows)]),
            spans=self.spans.filter(pc.is_in(self.spans["row"], rows_kept)),
            evidence=self.evidence.filter(pc.is_in(self.evidence["row"], rows_kept)),
        )

    def rows_of(self, articles: dict[str, tuple[str, str]]) -> dict[int, tuple[str, str]]:
        """article_id -> value as row -> value, where each article_id has one row."""
        ids = zip(self.articles["article_id"].to_pylist(), self.articles["row"].to_pylist(), strict=True)
        return {row: articles[key] for key, row in ids if key in articles}


def clean_all(
    job: Publish, total_bytes: int, work: Path, dataset: release.Dataset | None, progress: Progress
) -> Working:
    """Read, clean and describe the source, batch by batch; keep raw bytes in state/ where a dataset is given."""
    rejected: list[pa.Table] = []
    documents = seen = 0

    def batches(keeper: release.Keeper | None) -> Iterator[pa.Table]:
        nonlocal documents, seen
        most = job.max_mb * 1_000_000
        limits = read.Limits(document_bytes=most, record_bytes=most)
        for batch in read.read(job.source, limits=limits, limit=job.limit or None):
            if keeper is not None:
                keeper.add(batch.documents)
                keeper.add(batch.rejects)
            rejected.append(batch.rejects.drop_columns(["raw"]).cast(arrow.REJECTS))
            documents += batch.documents.num_rows + batch.rejects.num_rows
            seen += batch.documents["raw"].nbytes
            if batch.documents.num_rows:
                yield batch.documents
            progress(documents, min(seen, total_bytes), total_bytes)

    with release.Keeper(dataset) if dataset else nullcontext() as keeper:
        outcomes = processed(batches(keeper), job, work)
    made = pipeline.joined([pipeline.NOTHING, *outcomes])
    return Working(
        made.articles,
        pa.concat_tables([made.rejects, *rejected]),
        made.spans,
        made.evidence,
        documents_in=documents,
        prints=made.prints,
    )


def processed(batches: Iterator[pa.Table], job: Publish, work: Path) -> list[pipeline.Outcome]:
    """What becomes of RAW tables, in their order, in supervised workers; `work` is an empty folder."""
    return [pipeline.read_outcome(shard) for shard in list(_processed(batches, job, work))]


def one_row_each(working: Working) -> Working:
    """Settle who has an article_id or source_id that several claim: the later fetched_at, then the greater digest."""
    wanted = ["row", "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at"]
    keys = working.articles.select(wanted).to_pandas()
    keys = keys.sort_values(["fetched_at", "raw_sha256", "source_uri"], na_position="first", kind="stable").iloc[::-1]
    same = keys.duplicated("article_id")
    winners = keys[~same].set_index("article_id")["source_uri"]
    lost: dict[int, tuple[str, str]] = {}
    for row in keys[same].itertuples():
        said = f"The same article stands at {winners[row.article_id]}, fetched later or else with the greater digest."
        lost[int(row.row)] = ("same_article", said)
    left = keys[~same]
    for row in left[left.duplicated("source_id")].itertuples():
        said = f'Another record of this source has the id "{row.source_id}" too; give each record an id of its own.'
        lost[int(row.row)] = ("source_id_taken", said)
    return working.without(lost, "dedupe")


def withhold(working: Working, withdrawn: list[release.Withdrawal]) -> Working:
    """Move what was taken down, and exact duplicates of it, to rejects; a reject of its bytes loses all its words."""
    if not withdrawn:
        return working

    def said(key: str, raw: str | None, text: str) -> str:
        return next((_taken_down(one) for one in withdrawn if one.keeps_out(key, raw, text)), "")

    columns = (working.articles[name].to_pylist() for name in ("row", "article_id", "raw_sha256", "text"))
    lost = {
        row: ("withdrawn", why)
        for row, key, raw, text in zip(*columns, strict=True)
        if (why := said(key, raw, dedupe.text_digest(text)))
    }
    by_bytes = {raw: _taken_down(one) for one in reversed(withdrawn) for raw in one.raw_sha256}
    known = pc.is_in(working.rejects["raw_sha256"], value_set=pa.array(list(by_bytes), pa.string()))
    silent = [
        {**row, "stage": "release", "reason": "withdrawn", "detail": by_bytes[row["raw_sha256"]], "preview": None}
        for row in working.rejects.filter(known).to_pylist()
    ]
    others = working.rejects.filter(pc.invert(known))
    quiet = replace(working, rejects=pa.concat_tables([others, arrow.table(arrow.REJECTS, silent)]))
    return quiet.without(lost, "release")


def forget_purged(dataset: release.Dataset, working: Working, withdrawn: list[release.Withdrawal]) -> None:
    """Remove what this run kept of the raw bytes of purged articles."""
    if any(one.purge for one in withdrawn):
        gone = working.rejects.filter(pc.equal(working.rejects["reason"], "withdrawn"))
        purged = {_taken_down(one) for one in withdrawn if one.purge}
        rows = gone.select(["raw_sha256", "detail"]).to_pylist()
        release.forget(dataset, {row["raw_sha256"] for row in rows if row["detail"] in purged})


def judge_rows(working: Working, run_day: date) -> tuple[Working, validate.Verdict]:
    """Run the suite over the rows of this run; a row that fails a critical expectation goes to rejects."""
    hits = working.articles["clutter_hits"].to_pylist()
    view = validate.view_of(working.articles.select(arrow.ARTICLES.names), working.evidence, hits, run_day)
    verdict = validate.check_articles(view)
    lost = {key: ("expectation_failed", f"{name}: {said}") for key, (name, said) in verdict.failing.items()}
    return working.without(working.rows_of(lost), "validate"), verdict


def article_ids(working: Working) -> set[str]:
    """The articles that this run's source holds, before any of them is judged."""
    return set(working.articles["article_id"].to_pylist())


def carry_over(working: Working, parent: Path, held: set[str]) -> Working:
    """Add the parent's articles that are not `held`: by this source, or back on request; with their lineage.

    A carried article whose source_id this source now uses for another article is kept under `id~article_id`: nothing is
    lost, and the key stays unique.
    """
    old = release.carry_over(parent, held)
    first = max(working.articles["row"].to_pylist(), default=-1) + 1
    rows = {key: first + number for number, key in enumerate(old.articles["article_id"].to_pylist())}
    taken = set(working.articles["source_id"].to_pylist())
    articles = [
        {
            **row,
            "source_id": f"{row['source_id']}~{row['article_id']}" if row["source_id"] in taken else row["source_id"],
            "duplicate_of": None,
            "clutter_hits": 0,
            "row": rows[row["article_id"]],
        }
        for row in old.articles.to_pylist()
    ]
    lineage = {
        name: _numbered(getattr(old, name), rows, getattr(working, name).schema) for name in ("spans", "evidence")
    }
    return replace(
        working,
        articles=pa.concat_tables([working.articles, arrow.table(working.articles.schema, articles)]),
        spans=pa.concat_tables([working.spans, lineage["spans"]]),
        evidence=pa.concat_tables([working.evidence, lineage["evidence"]]),
        carried=len(articles),
    )


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


def mark_duplicates(working: Working, mode: str, dataset: release.Dataset | None = None) -> Working:
    """Name the article that each duplicate repeats, or move duplicates to rejects (`drop`).

    Articles carried over are compared by the prints that the dataset kept; where it kept none, by their texts.
    """
    prints = [working.prints, release.kept_prints(dataset, dedupe.VERSION)] if dataset else [working.prints]
    known = pc.is_in(working.articles["content_hash"], value_set=pa.concat_tables(prints)["content_hash"])
    missing = working.articles.select(["content_hash", "text"]).filter(pc.invert(known))
    working = replace(working, prints=pa.concat_tables([*prints, dedupe.prints_of(missing)]))
    links = dedupe.link(dedupe.fingerprints_of(working.articles, working.prints), working.prints)
    repeated = dict(zip(links["article_id"].to_pylist(), links["duplicate_of"].to_pylist(), strict=True))
    if mode == "drop":
        lost = {
            key: ("duplicate", f"Repeats article {kept}; duplicates are dropped on request.")
            for key, kept in repeated.items()
        }
        return working.without(working.rows_of(lost), "dedupe")
    marked = pa.array([repeated.get(key) for key in working.articles["article_id"].to_pylist()], pa.string())
    place = working.articles.schema.get_field_index("duplicate_of")
    return replace(working, articles=working.articles.set_column(place, arrow.ARTICLES.field("duplicate_of"), marked))


def keep_prints(working: Working, dataset: release.Dataset) -> None:
    """Keep what of the articles' texts is compared, so that the next run need not read them again."""
    release.keep_prints(dataset, working.prints, working.articles["content_hash"], dedupe.VERSION)


def judge_release(
    working: Working, parent: Path | None, accept_drift: str, gone: AbstractSet[str] = frozenset()
) -> validate.Verdict:
    """Run the suite over the whole release: documents accounted for, links resolve, rows against the parent.

    `gone` are the parent's articles that were taken down since; they are not missed.
    """
    articles = None
    if parent is not None:
        articles = release.read_manifest(parent)["counts"]["published"] - len(gone)
    return validate.check_release(
        validate.ReleaseFacts.of(
            working.articles.select(["article_id", "source_id", "duplicate_of"]),
            documents_in=working.documents_in,
            carried_over=working.carried,
            dropped=sum(working.dropped().values()),
            rejected=sum(working.rejected().values()),
            parent_articles=articles,
            schema_version=SCHEMA_VERSION,
            drift_accepted=bool(accept_drift),
        )
    )


def judge_drift(
    job: Publish,
    facts: release.Facts,
    working: Working,
    parent: Path,
    held: AbstractSet[str],
    gone: AbstractSet[str] = frozenset(),
) -> validate.Verdict:
    """Compare the release with its parent; `held` are the articles that this source holds.

    What was taken down (`gone`) is left out on both sides. With `append`, what was carried over says nothing of this
    run, so the documents of this run alone are compared. Where only the code changed, they are compared with the same
    documents.
    """
    manifest = release.read_manifest(parent)
    same = manifest["inputs"]["digest"] == facts.inputs.digest and manifest["parameters"] == dict(facts.parameters)
    columns = ["article_id", "raw_sha256", *validate.COLUMNS]
    empty = arrow.empty(pa.schema([arrow.ARTICLES.field(name).remove_metadata() for name in columns]))
    old = pa.concat_tables(
        [empty, *(pa.table(batch.columns, empty.schema) for batch in release.batches(parent, "articles", columns))]
    )
    old = old.filter(pc.invert(pc.is_in(old["article_id"], value_set=pa.array(sorted(gone), pa.string()))))
    new = working.articles.select(columns)
    if job.append:
        new = new.filter(pc.is_in(new["article_id"], value_set=pa.array(sorted(held), pa.string())))
    if same:
        digests = pa.chunked_array([*new["raw_sha256"].chunks, *working.rejects["raw_sha256"].chunks], pa.string())
        old = old.filter(pc.is_in(old["raw_sha256"], value_set=digests.combine_chunks()))
    return validate.check_drift(
        _side(old, release.load(parent, "rejects"), manifest["counts"]["documents_in"]),
        _side(new, working.rejects, working.documents_in),
        same_documents=same,
        accepted=bool(job.accept_drift),
    )


def facts_of(job: Publish, run_id: str, started: datetime, inputs: read.Inputs, parent: str | None) -> release.Facts:
    """What is known of a run before it has read a document; its fingerprint says whether anything is new."""
    return release.Facts(
        dataset=job.dataset,
        run_id=run_id,
        started_at=started,
        inputs=inputs,
        documents_in=0,
        carried_over=0,
        parameters=job.result_parameters(),
        code_digest=release.code_digest(ROOT),
        lock_digest=release.lock_digest(ROOT),
        withdrawn_digest=release.withdrawn_digest(release.withdrawals(release.at(job.output, job.dataset))),
        host=socket.gethostname(),
        parent=parent,
        libraries={name: metadata.version(name) for name in _LIBRARIES},
        accepted_drift=job.accept_drift,  # kept only where there was drift to accept, see draft_of
    )


def draft_of(facts: release.Facts, working: Working, verdicts: dict[str, validate.Verdict]) -> release.Draft:
    """All that a release is made of."""
    judged = (one for verdict in verdicts.values() for one in verdict.document["results"])
    drifted = any(one["scope"] == "drift" and one["severity"] == "critical" and not one["passed"] for one in judged)
    return release.Draft(
        articles=working.articles.select(arrow.ARTICLES.names),
        rejects=working.rejects,
        spans=working.spans.select(arrow.SPANS.names),
        evidence=working.evidence.select(arrow.EVIDENCE.names),
        facts=replace(
            facts,
            documents_in=working.documents_in,
            carried_over=working.carried,
            dropped=working.dropped(),
            rejected=working.rejected(),
            accepted_drift=facts.accepted_drift if drifted else "",
            checks=tuple(asdict(check) for verdict in verdicts.values() for check in verdict.checks),
        ),
        validation={name: verdict.document for name, verdict in verdicts.items()},
    )


def outcome_of(job: Publish, working: Working, verdicts: dict[str, validate.Verdict]) -> Outcome:
    """The run in numbers and sentences; where it ended is for the caller to say."""
    counts = pipeline.reasons(working.rejects)
    first: dict[str, list[tuple[str, str, str]]] = {reason: [] for reason in counts}
    for row in working.rejects.select(["reason", "source_id", "detail"]).sort_by("source_id").to_pylist():
        if len(first[row["reason"]]) < _EXAMPLES:
            first[row["reason"]].append((row["source_id"], row["reason"], row["detail"]))
    checks = [check for verdict in verdicts.values() for check in verdict.checks]
    return Outcome(
        "dry_run",
        job.dataset,
        articles=working.articles.num_rows,
        carried=working.carried,
        documents=working.documents_in,
        rejected=working.rejected(),
        dropped=working.dropped(),
        marked=working.articles.num_rows - working.articles["duplicate_of"].null_count,
        examples=tuple(one for examples in first.values() for one in examples),
        notes=tuple(f"{c.name}: {c.sentence}" for c in checks if not c.passed and c.severity == "warning"),
        checks=tuple(checks),
    )


_LIBRARIES = ("prefect", "pandas", "pyarrow", "numpy", "great-expectations", "trafilatura", "lxml", "py3langid")
_EXAMPLES = 3  # of each reason: enough to recognise a pattern on a screen


def _taken_down(one: release.Withdrawal) -> str:
    return f"Taken down on request: {one.reason}"


def _side(articles: pa.Table, rejects: pa.Table, documents: int) -> validate.Side:
    counts = pipeline.reasons(rejects)
    withdrawn = counts.pop("withdrawn", 0)
    rejected = sum(n for reason, n in counts.items() if reason not in DROPPED)
    return validate.Side(articles.select(list(validate.COLUMNS)), max(documents - withdrawn, 0), rejected)


def _numbered(lineage: pa.Table, rows: dict[str, int], schema: pa.Schema) -> pa.Table:
    numbers = pa.array([rows[key] for key in lineage["article_id"].to_pylist()], pa.int64())
    return lineage.append_column("row", numbers).cast(schema)


def _processed(batches: Iterator[pa.Table], job: Publish, work: Path) -> Iterator[Path]:
    # One worker is supervised too: a document that sticks must not hang the run.
    with fanout.supervised(job.workers, job.max_seconds, job.html) as (pool, crew):
        yield from fanout.spread(pool, crew.process, _jobs(batches, work), window=crew.window)


def _jobs(batches: Iterator[pa.Table], work: Path) -> Iterator[tuple[Path, Path]]:
    for number, raw in enumerate(batches):
        source = work / f"{number:08d}.raw.arrow"
        with pa.OSFile(str(source), "wb") as file, pa.ipc.new_file(file, raw.schema) as writer:
            writer.write_table(raw)
        yield source, work / f"{number:08d}"
