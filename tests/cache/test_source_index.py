"""The ledger: which files of a source are as they were."""

import pyarrow as pa

from flows import cache, read
from flows.cache import source_index
from schemas import arrow, stage_tables

NOW = 1_700_000_000_123_456_789


def files(*rows):
    names = [field.name for field in source_index.INDEXED_FILES]
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=source_index.INDEXED_FILES)


def surveyed(*rows):
    return pa.Table.from_pylist(
        [dict(zip(read.SURVEYED_FILES.names, row, strict=True)) for row in rows], schema=read.SURVEYED_FILES
    )


def remembered(*rows):
    return cache.SourceIndex(
        files(*rows), arrow.make_empty_table(stage_tables.ARRIVALS), arrow.make_empty_table(arrow.REJECTS), "code"
    )


def test_path_size_mtime_and_digest_make_a_file_the_same():
    known = remembered(
        ("a", 5, 100, "f" * 64, True, 1, 0, None), ("b", 5, 100, "f" * 64, True, 1, 0, None),
        ("c", 5, 100, "f" * 64, False, 1, 0, None),
        ("e", 5, 100, None, True, 0, 1, None), ("g", 5, 100, None, True, 0, 1, None),
    )  # fmt: skip
    now = surveyed(
        ("b", 5, 100, "f" * 64), ("a", 5, 101, "f" * 64), ("c", 5, 100, "f" * 64), ("d", 5, 100, "f" * 64),
        ("e", 5, 100, "f" * 64), ("g", 5, 100, None),
    )  # fmt: skip
    # e could not be read and now can, without a new mtime; g still cannot, and is asked again.
    assert known.match_unchanged_files(now).tolist() == [1, -1, -1, -1, -1, -1]
    assert known.match_unchanged_files(surveyed(("a", 5, 100, "f" * 64))).tolist() == [0]


def test_digests_are_told_in_the_order_of_the_source():
    known = remembered(
        ("a", 5, 100, "1" * 64, True, 1, 0, None), ("c", 5, 100, "3" * 64, True, 1, 0, None)
    ).build_digest_lookup()
    assert [known(path, (5, 100)) for path in ("a", "b", "c", "d")] == ["1" * 64, None, "3" * 64, None]


def test_a_file_written_just_now_is_not_trusted():
    second = 1_000_000_000
    rows = surveyed(
        ("old", 1, NOW - second, None), ("new", 1, NOW - 10, None),
        ("coarse", 1, (NOW // second) * second - second, None), ("far", 1, None, None),
    )  # fmt: skip
    assert source_index.mask_settled_files(rows, NOW).tolist() == [True, False, False, False]


def test_what_is_remembered_is_recalled_and_replaced(tmp_path):
    for count in (1, 2):
        (tmp_path / f"work{count}").mkdir()
        given = remembered(*[(str(n), 5, 100, None, True, 1, 0, None) for n in range(count)])
        cache.stage_source_index(given, tmp_path / f"work{count}")
        cache.commit_source_index(tmp_path / "sources", tmp_path / f"work{count}")
        found = cache.load_source_index(tmp_path / "sources")
        assert found.files.equals(given.files) and found.reader_digest == "code"
    assert len(list((tmp_path / "sources").iterdir())) == 1


def test_a_damaged_one_is_none(tmp_path):
    (tmp_path / "work").mkdir()
    cache.stage_source_index(remembered(("a", 5, 100, None, True, 1, 0, None)), tmp_path / "work")
    cache.commit_source_index(tmp_path / "sources", tmp_path / "work")
    path = next((tmp_path / "sources").iterdir()) / "files.arrow"
    path.write_bytes(path.read_bytes()[:-20])
    assert cache.load_source_index(tmp_path / "sources") == cache.EMPTY_INDEX
