"""What a run need not do again, in words."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from flows.run.cached_results import CachedResults


def build(index_rows=(), documents=(), recleaned=0, stale=0, damaged=0):
    survey = SimpleNamespace(files=pa.table({"path": [str(row) for row in index_rows]}))
    index = SimpleNamespace(files=pa.table({"documents": pa.array(documents, pa.int64())}))
    store = SimpleNamespace(stale=stale, damaged=damaged)
    return CachedResults(store, index, survey, np.array(index_rows, np.int64), "digest", 0, recleaned)


@pytest.mark.parametrize(
    ("cached", "sentence"),
    [
        (build([-1, 0, 2], [5, 70, 1_200]), "files to read: 1 of 3; documents kept as they were: 1,205"),
        (build([-1] * 1_000), "files to read: 1,000 of 1,000; documents kept as they were: 0"),
        (build([0], [5], damaged=2), "files to read: 0 of 1; documents kept as they were: 5; "
         "2 damaged shards of state/outcomes were removed and are made again"),
        (build([-1], [5], recleaned=1_500), "files to read: 1 of 1; documents kept as they were: 0; "
         "1,500 documents that have not changed are cleaned again: the code changed"),
    ],
)  # fmt: skip
def test_files_and_documents_are_counted(cached, sentence):
    assert cached.describe_work() == sentence


@pytest.mark.parametrize(
    ("stale", "damaged", "reason"),
    [(0, 0, "the code changed"), (1, 0, "an outlet's profile changed"), (0, 1, "a part of state/outcomes was damaged"),
     (1, 1, "an outlet's profile changed")],
)  # fmt: skip
def test_the_reason_why_documents_are_cleaned_again(stale, damaged, reason):
    notice = build(recleaned=2, stale=stale, damaged=damaged).recleaning_notice
    assert notice == f"2 documents that have not changed are cleaned again: {reason}"
    assert build(stale=stale, damaged=damaged).recleaning_notice == ""
