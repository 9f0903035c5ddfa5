import hashlib

import pytest

from flows.release import ReleaseError, Withdrawal, compute_withdrawn_digest, read_withdrawals, record_withdrawal

ONE = Withdrawal("a" * 32, "asked", "2026-11-22T00:00:00Z", ("b" * 64,), ("c" * 32,))


def test_what_is_kept_out():
    assert ONE.matches_document("a" * 32, None, "")
    assert ONE.matches_document("0" * 32, "b" * 64, "")
    assert ONE.matches_document("0" * 32, None, "c" * 32)
    assert not ONE.matches_document("0" * 32, None, "")


def test_the_list_grows_and_an_entry_is_replaced(dataset):
    assert read_withdrawals(dataset) == []
    two = Withdrawal("d" * 32, "asked", "2026-11-23T00:00:00Z", (), ())
    record_withdrawal(dataset, ONE)
    record_withdrawal(dataset, two)
    purged = Withdrawal("a" * 32, "asked", ONE.at, ONE.raw_sha256, ONE.text_digests, "done")
    record_withdrawal(dataset, purged)
    assert read_withdrawals(dataset) == [purged, two]


def test_the_digest_is_over_what_decides_the_result():
    assert compute_withdrawn_digest([]) == hashlib.sha256(b"").hexdigest()
    later = Withdrawal(ONE.article_id, ONE.reason, "2027-01-01T00:00:00Z", ONE.raw_sha256, ONE.text_digests, "done")
    assert compute_withdrawn_digest([later]) == compute_withdrawn_digest([ONE])
    other = Withdrawal(ONE.article_id, "another", ONE.at, ONE.raw_sha256, ONE.text_digests)
    assert compute_withdrawn_digest([other]) != compute_withdrawn_digest([ONE])


def test_a_damaged_list_is_said(dataset):
    dataset.state.mkdir(parents=True)
    (dataset.state / "withdrawn.json").write_text('[{"article_id": "x"}]')
    with pytest.raises(ReleaseError, match=r"withdrawn\.json"):
        read_withdrawals(dataset)
