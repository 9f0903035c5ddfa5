"""Articles that were taken down become rejects without a word of them."""

from dataclasses import replace

import pyarrow as pa
import pytest

from flows import cache, dedupe, release
from flows.run import withdrawn_articles
from flows.run.withdrawn_articles import describe_takedown, forget_purged, redact_rejects, reject_withdrawn
from schemas import arrow
from tests.makers import story
from tests.run.test_partitioning import clean_texts


@pytest.fixture
def state(tmp_path):
    state, _ = clean_texts(tmp_path / "run", {number: story(number) for number in (1, 2, 3)} | {4: story(1)})
    assert state.articles.num_rows == 4 and state.rejects.num_rows == 0
    return state


def withdraw(article_id="0" * 32, digests=(), texts=(), purge="", reason="On request."):
    return release.Withdrawal(article_id, reason, "2026", tuple(digests), tuple(texts), purge)


def read_column(state, name):
    return dict(zip(state.articles["source_id"].to_pylist(), state.articles[name].to_pylist(), strict=True))


def list_rejected(state):
    return {row["source_id"]: row["reason"] for row in state.rejects.to_pylist()}


def test_an_article_goes_by_its_id_its_bytes_or_its_text(state):
    ids, digests = read_column(state, "article_id"), read_column(state, "raw_sha256")
    texts = {
        row["row"]: row["text"] for table in state.stream_articles(["text"]) for row in table.to_pylist()
    }  # fmt: skip
    text = dedupe.digest_text(texts[read_column(state, "row")["n1"]])
    cases = {
        "n1": withdraw(ids["n1"]), "n2": withdraw(digests=[digests["n2"]]), "n1 n4": withdraw(texts=[text]),
        "": withdraw(),
    }  # fmt: skip
    for gone, withdrawal in cases.items():
        left = reject_withdrawn(state, [withdrawal])
        assert list_rejected(left) == dict.fromkeys(gone.split(), "withdrawn")
        assert left.articles.num_rows == 4 - len(gone.split())
        assert all(row["preview"] is None and row["stage"] == "release" for row in left.rejects.to_pylist())
        assert left.purged_digests == frozenset()
    assert reject_withdrawn(state, []) is state


def test_the_first_reason_counts_and_bytes_of_purged_ones_alone_are_forgotten(state):
    ids, digests = read_column(state, "article_id"), read_column(state, "raw_sha256")
    withdrawals = [withdraw(ids["n1"], reason="First."), withdraw(ids["n1"], reason="Second.", purge="done"),
                   withdraw(ids["n2"], purge="asked"), withdraw(ids["n3"])]  # fmt: skip
    left = reject_withdrawn(state, withdrawals)
    details = {row["source_id"]: row["detail"] for row in left.rejects.to_pylist()}
    assert details["n1"] == describe_takedown(withdrawals[0]) and "First." in details["n1"]
    assert left.purged_digests == {digests["n1"], digests["n2"]}


def test_rejects_of_withdrawn_bytes_lose_their_preview_and_others_keep_theirs(state):
    rows = [
        {"source_id": name, "source_uri": name, "raw_sha256": digest * 64 if digest else None, "stage": "clean",
         "reason": "empty", "detail": "Nothing.", "preview": "Kata."}
        for name, digest in (("x", "a"), ("y", "b"), ("z", ""))
    ]  # fmt: skip
    rejects = arrow.build_table(arrow.REJECTS, rows)
    withdrawal = withdraw(digests=["a" * 64], purge="done")
    redacted = {row["source_id"]: row for row in redact_rejects(rejects, [withdrawal]).to_pylist()}
    assert redacted["x"] == rows[0] | {"stage": "release", "reason": "withdrawn", "preview": None,
                                       "detail": describe_takedown(withdrawal)}  # fmt: skip
    assert [redacted[name] for name in "yz"] == rows[1:]
    with_rejects = replace(state, rejects=rejects)
    left = reject_withdrawn(with_rejects, [withdrawal, withdraw(digests=["b" * 64])])
    assert list_rejected(left) == {"x": "withdrawn", "y": "withdrawn", "z": "empty"}
    assert left.purged_digests == {"a" * 64}


@pytest.mark.parametrize(("purge", "is_forgotten"), [("", False), ("asked", True), ("done", True)])
def test_what_the_state_holds_of_purged_articles_is_deleted(tmp_path, monkeypatch, state, purge, is_forgotten):
    deleted, purged = [], []
    monkeypatch.setattr(release, "delete_raw_bytes", lambda _dataset, digests: deleted.append(digests))
    monkeypatch.setattr(cache, "purge_documents", lambda _folder, digests, texts: purged.append((digests, texts)))
    withdrawals = [withdraw(digests=["a" * 64], texts=["t"], purge=purge), withdraw(texts=["u"])]
    state = replace(state, purged_digests=frozenset({"a" * 64}))
    forget_purged(release.Dataset(tmp_path / "news"), state, withdrawals)
    assert deleted == [{"a" * 64}] * is_forgotten and purged == [({"a" * 64}, {"t"})] * is_forgotten


def test_the_mask_of_a_withdrawal_is_what_it_says_of_each_document():
    keys = pa.table(
        {"article_id": ["1", "2", "3", "4"], "raw_sha256": ["a", "b", "c", None], "text": ["", "t", "", "u"]}
    )
    withdrawal = withdraw("1", ["c"], ["t"])
    assert withdrawn_articles._match_withdrawal(keys, withdrawal).to_pylist() == [True, True, True, False]
    assert [
        withdrawal.matches_document(row["article_id"], row["raw_sha256"], row["text"]) for row in keys.to_pylist()
    ] == [True, True, True, False]
