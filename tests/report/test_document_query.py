"""A document of a release is named by an id, an address, a digest or its place in the source."""

import pyarrow as pa
import pytest

from flows.report.document_query import match_documents

ROWS = [
    {"article_id": "0d1dde6faab2a25a0d1dde6faab2a25a", "source_id": "b-1", "source_uri": "/data/news.jsonl#L3",
     "raw_sha256": "a" * 64, "url": "https://warta.example/satu"},
    {"article_id": "0d1dde0000000000000000000000000a", "source_id": "news.jsonl#L13",
     "source_uri": "/data/news.jsonl#L13", "raw_sha256": None, "url": None},
    {"article_id": "ffffffffffffffffffffffffffffffff", "source_id": "lama/news.jsonl#L3",
     "source_uri": "/data/lama/news.jsonl#L3", "raw_sha256": "b" * 64, "url": "https://warta.example/dua"},
    {"article_id": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "source_id": "satu.txt", "source_uri": "/data/satu.txt",
     "raw_sha256": "c" * 64, "url": None},
    {"article_id": "dddddddddddddddddddddddddddddddd", "source_id": "lama/satu.txt",
     "source_uri": "/data/lama/satu.txt", "raw_sha256": "d" * 64, "url": None},
]  # fmt: skip
TABLE = pa.Table.from_pylist(ROWS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("0d1dde6faab2a25a0d1dde6faab2a25a", [0]),
        ("0d1dde", [0, 1]),
        ("0d1dd", []),
        ("b-1", [0]),
        ("https://warta.example/dua", [2]),
        ("a" * 64, [0]),
        ("/data/news.jsonl#L3", [0]),
        ("news.jsonl#L3", [0, 2]),  # no source_id is that; two places end in it
        ("data/news.jsonl#L3", [0]),
        ("lama/news.jsonl#L3", [2]),
        ("news.jsonl#L13", [1]),
        ("ews.jsonl#L3", []),
        ("#L3", []),
        ("satu.txt", [3]),  # the source_id counts before an end of another place
        ("", []),
        ("/", []),
    ],
)
def test_a_query_names_rows(query, expected):
    assert [number for number, match in enumerate(match_documents(TABLE, query).to_pylist()) if match] == expected


def test_a_table_may_lack_columns():
    rejects = TABLE.select(["source_id", "source_uri"])
    assert match_documents(rejects, "news.jsonl#L3").to_pylist() == [True, False, True, False, False]
    assert match_documents(TABLE.select(["url"]), "news.jsonl#L3").to_pylist() == [False] * 5
    assert match_documents(TABLE.slice(0, 0), "b-1").to_pylist() == []
