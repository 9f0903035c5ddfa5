"""Rows of the parent release by their index: where they are, and which stay."""

import os
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from flows import dedupe, release, run
from flows.run import parent_rows
from flows.run.parent_candidates import find_candidates, join_visited, mark_linked_rows, read_visited
from flows.run.parent_rows import find_rows_by_ids, find_withdrawn_rows, group_by_segment, list_ids
from tests.run.test_id_conflicts import prose
from tests.run.test_segments import Nights


def story(number):
    """Return a text that shares no run of words with that of another number."""
    return "\n".join(prose(number))


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Two nights, with duplicates dropped: segments of a, b and c; of d; and of the dropped one of two copies, a."""
    nights = Nights(tmp_path_factory.mktemp("nights"))
    nights.deliver({"a": story(1), "b": story(2), "c": story(3), "copy": story(1)}, duplicates="drop")
    nights.deliver({"d": story(4)}, duplicates="drop")
    return nights


@pytest.fixture
def parent(nights):
    return run.open_parent(nights.latest, run.IndexFolder(nights.dataset.state / "index"))


@pytest.fixture
def ids(nights):
    rows = release.load_table(nights.latest, "articles").to_pylist()
    return {row["url"].split("/")[3].replace("copy", "a"): row["article_id"] for row in rows}


def stay(parent):
    """Return the parent all of whose rows stay, without changed links."""
    return replace(parent, stays=tuple(np.ones(len(mask), bool) for mask in parent.stays), links={})


def test_segments_of_articles_come_first_and_no_row_stays_yet(parent):
    assert [segment.rows for segment in parent.segments] == [3, 1, 1]
    assert parent.is_dropped.tolist() == [False, False, True]
    assert parent.list_numbers(is_dropped=False) == [0, 1] and parent.list_numbers(is_dropped=True) == [2]
    assert parent.count_rows(is_dropped=False) == parent.count_rows(is_dropped=True) == 0
    assert stay(parent).count_rows(is_dropped=False) == 4 and stay(parent).count_rows(is_dropped=True) == 1


def test_ids_are_found_in_their_segment_and_row_and_nothing_else_is(parent, ids):
    asked = [ids["d"], "0" * 32, ids["a"], "kata", None, ids["c"], ids["d"][:16] + "0" * 16]
    places = parent.find_ids(pa.array(asked, pa.string()))
    assert places.exists.tolist() == [True, False, True, False, False, True, False]
    assert places.segments[[0, 2, 5]].tolist() == [1, 0, 0]
    for place, article_id in ((0, ids["d"]), (2, ids["a"]), (5, ids["c"])):
        number, row = int(places.segments[place]), int(places.rows[place])
        assert list_ids(parent, [(number, np.array([row]))]) == {article_id}
    (dropped_id,) = list_ids(parent, [(2, np.array([0]))])
    assert parent.find_published_ids(pa.array([ids["a"], dropped_id, "0" * 32])).tolist() == [True, False, False]
    assert parent.find_ids(pa.array([], pa.string())).exists.tolist() == []
    grouped = find_rows_by_ids(parent, {ids["a"], ids["c"], ids["d"], "0" * 32})
    assert [(number, len(rows), sorted(rows) == rows.tolist()) for number, rows in grouped] == [
        (0, 2, True),
        (1, 1, True),
    ]
    assert group_by_segment(parent.find_ids(pa.array(["0" * 32]))) == []


def test_rows_leave_by_segment_and_the_parent_before_stays_as_it_was(parent):
    all_stay = stay(parent)
    fewer = all_stay.without_rows([(0, np.array([1])), (2, np.array([0]))])
    assert [mask.tolist() for mask in fewer.stays] == [[True, False, True], [True], [False]]
    assert all(mask.all() for mask in all_stay.stays)


def test_keys_of_rows_have_their_present_links(parent, ids):
    keys = parent.load_keys(0, np.array([0, 2]))
    assert keys["at"].to_pylist() == keys["row"].to_pylist() == [0, 2]
    assert set(keys["shard"].to_pylist()) == {-1} and parent.load_keys(1, np.array([0]))["shard"].to_pylist() == [-2]
    assert list_ids(parent, [(0, np.array([0, 2]))]) == set(keys["article_id"].to_pylist())
    assert keys["duplicate_of"].to_pylist() == [None, None]
    parent.links[0, 2], parent.links[1, 0] = ids["d"], ids["a"]
    assert parent.load_keys(0, np.array([0, 2]))["duplicate_of"].to_pylist() == [None, ids["d"]]
    assert parent.load_keys(0, np.array([], np.int64)).num_rows == 0
    assert mark_linked_rows(parent, 0).tolist() == [False, False, True]
    assert mark_linked_rows(parent, 1).tolist() == [True]
    assert mark_linked_rows(parent, 2).tolist() == [True]  # as it was published
    parent.links[2, 0] = None
    assert mark_linked_rows(parent, 2).tolist() == [False]


def test_withdrawn_rows_are_found_by_id_bytes_and_text(parent, ids, nights):
    rows = {row["article_id"]: row for row in release.load_table(nights.latest, "articles").to_pylist()}

    def find(article_id="0" * 32, digests=(), texts=()):
        withdrawal = release.Withdrawal(article_id, "asked", "2026", digests, texts)
        return [(number, found.tolist()) for number, found in find_withdrawn_rows(parent, [withdrawal])]

    (row_of_d,) = parent.find_ids(pa.array([ids["d"]])).rows.tolist()
    assert find(ids["d"]) == [(1, [row_of_d])]
    assert find(digests=(rows[ids["d"]]["raw_sha256"],)) == [(1, [row_of_d])]
    (row_of_a,) = parent.find_ids(pa.array([ids["a"]])).rows.tolist()
    text = dedupe.digest_text(rows[ids["a"]]["text"])
    assert find(texts=(text,)) == [(0, [row_of_a]), (2, [0])]  # and its dropped copy
    assert find(ids["a"], (rows[ids["a"]]["raw_sha256"],), (text,)) == [(0, [row_of_a]), (2, [0])]  # once each
    assert find() == [] and find_withdrawn_rows(parent, []) == []


def test_candidates_are_rows_that_stay_and_share_a_digest_a_band_or_samples_with_a_text(parent, ids):
    texts = [story(1), story(2) + "\nSatu kalimat lagi ditambahkan.", "Lain sama sekali."]
    prints = dedupe.compute_prints(pa.table({"content_hash": [f"{n}" * 32 for n in range(3)], "text": texts}))
    all_stay = stay(parent)

    def find(number, rows, parent=all_stay):
        return list_ids(parent, [(number, find_candidates(parent, number, read_visited(prints, np.array(rows))))])

    assert find(0, [0]) == {ids["a"]} and find(0, [1]) == {ids["b"]}
    assert find(0, [0, 1, 2]) == {ids["a"], ids["b"]} and find(1, [0, 1, 2]) == set()
    assert find(0, [2]) == set() and find(2, [0]) == set()  # a dropped copy is no original
    assert find(0, [0, 1], parent) == set()  # no row stays
    row_of_b = int(parent.find_ids(pa.array([ids["b"]])).rows[0])
    assert find(0, [0, 1], all_stay.without_rows([(0, np.array([row_of_b]))])) == {ids["a"]}
    all_stay.links[0, row_of_b] = ids["d"]
    assert find(0, [0, 1]) == {ids["a"]}
    empty = read_visited(prints, np.array([], np.int64))
    assert len(find_candidates(all_stay, 0, empty)) == 0


def test_visited_texts_of_several_parts_are_numbered_on():
    texts = [story(1), story(2), story(3), "Pendek."]
    prints = dedupe.compute_prints(pa.table({"content_hash": [f"{n}" * 32 for n in range(4)], "text": texts}))
    whole = read_visited(prints, np.arange(4))
    joined = join_visited([read_visited(prints, np.array(rows, np.int64)) for rows in ([0], [], [1, 2], [3])])
    assert joined.count == whole.count == 4
    assert sorted(joined.digests.to_pylist()) == sorted(whole.digests.to_pylist()) and len(joined.digests) == 3
    assert joined.bands.tolist() == sorted(set(whole.bands.tolist()))
    pairs = [
        sorted(zip(part.samples.keys.tolist(), part.samples.rows.tolist(), strict=True)) for part in (joined, whole)
    ]
    assert pairs[0] == pairs[1] and joined.samples.keys.tolist() == sorted(joined.samples.keys.tolist())


def test_files_of_the_parent_are_read_only_where_size_or_time_is_another(nights, monkeypatch):
    index_folder = run.IndexFolder(nights.dataset.state / "index")
    digested, real = [], parent_rows.hash_file
    monkeypatch.setattr(parent_rows, "hash_file", lambda path: digested.append(path) or real(path))
    file = run.open_parent(nights.latest, index_folder).segments[0].list_files("articles")[0]
    assert digested == []
    status = file.stat()
    try:
        os.utime(file, ns=(1, 1))
        run.open_parent(nights.latest, index_folder)
        assert digested == [file]  # it is as it was published
        file.chmod(0o644)
        content = file.read_bytes()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(release.ReleaseError, match="is not what was published"):
            run.open_parent(nights.latest, index_folder)
    finally:
        file.write_bytes(content)
        file.chmod(status.st_mode)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
