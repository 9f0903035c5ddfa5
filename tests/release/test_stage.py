"""What a staged release holds, and that its bytes depend on the rows alone."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import release_drafts as drafts

from flows.release import AuditError, Dataset, ReleaseError, audit_release, load_table, read_manifest, stage_release
from flows.release.stage import write_segment
from schemas import SCHEMA_VERSION, arrow

VERSION = "2026.11.22.1"


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shuffled(table, seed, pieces):
    table = table.take(pa.array(np.random.default_rng(seed).permutation(table.num_rows)))
    return pa.Table.from_batches(table.to_batches(max_chunksize=pieces), table.schema)


def test_the_files_are_those_of_the_design(dataset):
    folder = stage_release(
        dataset, drafts.draft(), VERSION, lambda at, manifest: (at / "README.md").write_text("kartu")
    )
    assert folder == dataset.root / ".staging" / "run-1"
    assert sorted(map(drafts.unname, contents(folder))) == [
        "README.md", "SHA256SUMS", "csv/articles.csv.gz", "csv/metadata.csv", "data/articles.parquet",
        "diff/changes.parquet", "lineage/evidence.parquet", "lineage/spans.parquet", "manifest.json",
        "rejects/rejects.parquet", "validation/articles.json", "validation/release.json",
    ]  # fmt: skip
    audit_release(folder)


def test_two_stagings_at_other_times_in_other_orders_give_the_same_bytes(tmp_path):
    rows = [drafts.article(f"kabar{n}", text=f"Berita {n}. " * (n % 40 + 1)) for n in range(3000)]
    draft = drafts.draft(rows, spans=[drafts.span(f"kabar{n % 3000}", n) for n in range(5000)])
    (segment,) = draft.segments
    shuffled_segment = replace(
        segment,
        articles=shuffled(segment.articles, 1, 7),
        spans=shuffled(segment.spans, 2, 1000),
        evidence=shuffled(segment.evidence, 3, 1),
    )
    other = replace(
        draft,
        segments=[shuffled_segment],
        facts=replace(draft.facts, run_id="lain", host="lain", started_at=datetime(2031, 1, 1, tzinfo=UTC)),
    )
    first = contents(stage_release(Dataset(tmp_path / "a" / "news"), draft, VERSION))
    second = contents(stage_release(Dataset(tmp_path / "b" / "news"), other, "2031.01.01.1"))
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == {"manifest.json", "SHA256SUMS"}


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="this system has no sha256sum")
def test_sha256sum_accepts_the_sums(dataset):
    folder = stage_release(dataset, drafts.draft(), VERSION)
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(contents(folder)) - 1
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert [line[66:] for line in lines] == sorted(line[66:] for line in lines)


def test_parquet_is_sorted_typed_and_free_of_pandas(dataset):
    folder = stage_release(dataset, drafts.draft(), VERSION)
    path = drafts.find_file(folder, "data/articles.parquet")
    schema = pq.read_schema(path)
    assert schema.equals(arrow.ARTICLES) and schema.metadata == arrow.ARTICLES.metadata
    assert b"pandas" not in schema.metadata
    assert pq.read_metadata(path).row_group(0).column(0).compression == "ZSTD"
    titles = load_table(folder, "articles").column("source_id").to_pylist()
    dated = sorted(["pemilu", "salinan"], key=drafts.key)
    assert titles == [f"{name}.txt" for name in [*dated, "banjir", "pasar"]]  # nulls last
    spans = [(row["article_id"], row["start"]) for row in load_table(folder, "spans").to_pylist()]
    assert spans == sorted([(drafts.key("pemilu"), 0), (drafts.key("pemilu"), 9), (drafts.key("banjir"), 0)])
    assert load_table(folder, "evidence").num_rows == 2


def test_the_manifest_alone_knows_clock_version_run_and_host(dataset):
    draft = drafts.draft(run_id="run-unik-77", host="mesin-unik-77")
    folder = stage_release(dataset, draft, "2026.11.22.17")
    for name, content in contents(folder).items():
        for word in (b"run-unik-77", b"mesin-unik-77", b"2026.11.22.17", b"2026-11-22T03:04:05"):
            assert (word in content) == (name == "manifest.json"), (name, word)


def test_the_manifest_says_everything(dataset):
    manifest = read_manifest(stage_release(dataset, drafts.draft(), VERSION))
    assert manifest["counts"] == {
        "documents_in": 5, "carried_over": 0, "published": 4, "dropped": {}, "rejected": {"empty": 1},
        "not_read": {},
    }  # fmt: skip
    assert manifest["changes"] == {"added": 4, "changed": 0, "removed": 0}
    run = (manifest["run_id"], manifest["created_at"], manifest["host"])
    assert run == ("run-1", "2026-11-22T03:04:05Z", "mesin")
    assert manifest["inputs"] == {"uri": "file:///korpus", "digest": "a" * 64, "files": 4, "bytes": 4096}
    tables = [file for file in manifest["files"] if "table" in file]
    assert {drafts.unname(file["path"]): (file["table"], file["rows"]) for file in tables} == {
        "data/articles.parquet": ("articles", 4), "rejects/rejects.parquet": ("rejects", 1),
        "lineage/spans.parquet": ("spans", 3), "lineage/evidence.parquet": ("evidence", 2),
        "diff/changes.parquet": ("changes", 4),
    }  # fmt: skip
    assert [drafts.unname(file["path"]) for file in manifest["files"] if "table" not in file] == [
        "csv/articles.csv.gz", "csv/metadata.csv", "validation/articles.json", "validation/release.json",
    ]  # fmt: skip
    assert (
        manifest["version"] == VERSION and manifest["parent"] is None and manifest["schema_version"] == SCHEMA_VERSION
    )


def test_json_is_pretty_sorted_and_ends_with_a_line_break(dataset):
    draft = drafts.draft(inputs=drafts.Read(uri="file:///korp\udcff/é"))
    text = (stage_release(dataset, draft, VERSION) / "manifest.json").read_text(encoding="utf-8")
    value = json.loads(text)
    assert list(value) == sorted(value) and text.startswith('{\n  "') and text.endswith("}\n")
    assert value["inputs"]["uri"] == "file:///korp\udcff/é" and "é" in text


def test_pages_see_a_complete_folder_and_are_summed(dataset):
    page_input = {}

    def pages(folder, manifest):
        page_input.update(contents(folder), rows=manifest["counts"]["published"])
        (folder / "report.html").write_text("<p>laporan")

    folder = stage_release(dataset, drafts.draft(), VERSION, pages)
    assert page_input["rows"] == 4 and "manifest.json" in page_input and "SHA256SUMS" not in page_input
    assert "report.html" in (folder / "SHA256SUMS").read_text()


def test_a_null_where_none_may_be_is_told_by_name(dataset):
    draft = drafts.draft()
    (segment,) = draft.segments
    broken = segment.articles.set_column(24, pa.field("is_partial", pa.bool_()), pa.array([None, True, True, True]))
    assert segment.articles.schema.names[24] == "is_partial"
    with pytest.raises(ReleaseError, match=r"articles\.is_partial may not be null"):
        stage_release(dataset, replace(draft, segments=[replace(segment, articles=broken)]), VERSION)


def test_a_missing_column_is_told_by_name(dataset):
    draft = drafts.draft()
    (segment,) = draft.segments
    narrow = replace(segment, articles=segment.articles.drop_columns(["word_count"]))
    with pytest.raises(ReleaseError, match="word_count"):
        stage_release(dataset, replace(draft, segments=[narrow]), VERSION)


@pytest.mark.parametrize("run", ["../luar", "", "a/b", ".tersembunyi", "x" * 200])
def test_a_run_id_that_cannot_name_a_folder_is_refused(dataset, run):
    with pytest.raises(ReleaseError, match="cannot name a folder"):
        stage_release(dataset, drafts.draft(run_id=run), VERSION)


def test_a_validation_name_that_leads_out_is_refused(dataset):
    with pytest.raises(ReleaseError, match="cannot name a validation"):
        stage_release(dataset, replace(drafts.draft(), validation={"../x": {}}), VERSION)


def test_a_link_made_by_pages_is_refused(dataset):
    with pytest.raises(ReleaseError, match="plain files"):
        stage_release(dataset, drafts.draft(), VERSION, lambda folder, _m: (folder / "x").symlink_to("/etc"))


def test_an_empty_draft_stages_and_audits(dataset):
    draft = drafts.draft([], [], rejected={})
    folder = stage_release(dataset, draft, VERSION)
    audit_release(folder)
    assert load_table(folder, "articles").num_rows == 0


def test_staging_the_same_run_again_starts_afresh(dataset):
    folder = stage_release(dataset, drafts.draft(), VERSION, lambda at, _m: (at / "sisa.txt").write_text("x"))
    second_folder = stage_release(dataset, drafts.draft(), VERSION)
    assert second_folder == folder and not (folder / "sisa.txt").exists()


def test_a_wrong_account_is_not_published(dataset):
    folder = stage_release(dataset, drafts.draft(documents_in=6), VERSION)
    with pytest.raises(AuditError, match="6 documents in and 0 carried over are 6"):
        audit_release(folder)


@pytest.mark.parametrize("result", [{"share": float("nan")}, {"day": drafts.STARTED}])
def test_a_validation_result_that_is_no_json_is_said(dataset, result):
    with pytest.raises(ReleaseError, match="The validation result articles is not JSON"):
        stage_release(dataset, replace(drafts.draft(), validation={"articles": result}), VERSION)


@pytest.mark.parametrize("is_dropped", [False, True])
def test_a_segment_is_written_into_a_folder_that_has_nothing_yet(tmp_path, is_dropped):
    (segment,) = drafts.draft().segments
    written = write_segment(tmp_path / "aside", replace(segment, is_dropped=is_dropped))
    paths = set(contents(tmp_path / "aside"))
    assert paths == set(written.segment.list_paths()) and {file.path for file in written.files} <= paths
    assert {(file.table.removeprefix("dropped_"), file.rows) for file in written.files} == {
        ("articles", 4), ("spans", 3), ("evidence", 2),
    }  # fmt: skip
    assert {path.endswith((".csv", ".csv.gz")) for path in paths} == ({False} if is_dropped else {False, True})
