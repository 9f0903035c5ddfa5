"""One file of a source: archives in archives, and the kind that its tally tells."""

import gzip

import pytest

from flows.read import Limits
from flows.read.file_reader import read_documents
from flows.read.source_records import KeyTally
from flows.read.source_walk import find_files
from tests.read.test_archive_members import RECORD, TEXT, as_zip


def test_two_archives_may_stand_in_one_another_and_no_third(one):
    inner = as_zip({"a.txt": TEXT})
    documents, rejects = one(as_zip({"inner.zip": inner}), "a.zip")
    assert len(documents) == 1 and not rejects
    documents, [reject] = one(as_zip({"outer.zip": as_zip({"inner.zip": inner})}), "a.zip")
    assert not documents and "unpack the outer ones" in reject["detail"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(RECORD, "jsonl"), (TEXT, "text"), (gzip.compress(RECORD), "jsonl"), (as_zip({"a.jsonl": RECORD}), "archive")],
    ids=["records", "text", "packed records", "archive"],
)
def test_the_tally_tells_the_kind_of_the_file(tmp_path, data, kind):
    (tmp_path / "drop").write_bytes(data)
    tally = KeyTally()
    for file in find_files(tmp_path):
        assert len(list(read_documents(file, Limits(), None, tally=tally))) == 1
    assert tally.kind == kind
