"""A refused run keeps what it has to say, and the last good release stays."""

import release_drafts as drafts

from flows.release import find_equal_release, load_table, publisher_lock, read_manifest, refuse_run, verify_release


def test_a_refused_run_is_kept_and_listed_and_the_last_good_release_stays(released):
    with publisher_lock(released, 0):
        draft = drafts.draft(run_id="run-2", parent="2026.11.22.1")
        folder = refuse_run(released, draft, ["Only 4 rows,\nwhere <b>400</b> were."])
        second_folder = refuse_run(released, draft, ["Still only 4."])
    assert (folder.name, second_folder.name) == ("run-2", "run-2-2")
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()) == [
        "manifest.json", "rejects/rejects.parquet", "validation/articles.json", "validation/release.json",
    ]  # fmt: skip
    assert load_table(folder, "rejects").num_rows == 1
    assert read_manifest(folder)["refused"] == ["Only 4 rows,\nwhere <b>400</b> were."]
    assert [(e.version, e.status, e.path) for e in released.read_versions()] == [
        (None, "refused", "refused/run-2-2"),
        (None, "refused", "refused/run-2"),
        ("2026.11.22.1", "published", "releases/2026.11.22.1"),
    ]
    text = (released.root / "CHANGELOG.md").read_text()
    assert "Nothing was published. Only 4 rows, where &lt;b&gt;400&lt;/b&gt; were. 1 document rejected" in text
    assert (
        released.read_latest_version() == "2026.11.22.1" and verify_release(released.release_path("2026.11.22.1")) == []
    )
    assert find_equal_release(released, draft.facts.compute_fingerprint()).version == "2026.11.22.1"


def test_a_refused_run_whose_listing_was_lost_is_listed(released):
    with publisher_lock(released, 0):
        before = released.versions_json.read_bytes()
        refuse_run(released, drafts.draft(run_id="run-2"), ["Alasan."])
    released.versions_json.write_bytes(before)  # as if it had died in between
    with publisher_lock(released, 0):
        assert [entry.status for entry in released.read_versions()] == ["refused", "published"]
        assert released.read_versions()[0].why == ("Alasan.",)
