import hashlib

import pytest

from flows.release import ReleaseError, Withdrawal, withdraw, withdrawals, withdrawn_digest

ONE = Withdrawal("a" * 32, "asked", "2026-11-22T00:00:00Z", ("b" * 64,), ("c" * 32,))


def test_what_is_kept_out():
    assert ONE.keeps_out("a" * 32, None, "")
    assert ONE.keeps_out("0" * 32, "b" * 64, "")
    assert ONE.keeps_out("0" * 32, None, "c" * 32)
    assert not ONE.keeps_out("0" * 32, None, "")


def test_the_list_grows_and_an_entry_is_replaced(dataset):
    assert withdrawals(dataset) == []
    two = Withdrawal("d" * 32, "asked", "2026-11-23T00:00:00Z", (), ())
    withdraw(dataset, ONE)
    withdraw(dataset, two)
    purged = Withdrawal("a" * 32, "asked", ONE.at, ONE.raw_sha256, ONE.text_digests, "done")
    withdraw(dataset, purged)
    assert withdrawals(dataset) == [purged, two]


def test_the_digest_is_over_what_decides_the_result():
    assert withdrawn_digest([]) == hashlib.sha256(b"").hexdigest()
    later = Withdrawal(ONE.article_id, ONE.reason, "2027-01-01T00:00:00Z", ONE.raw_sha256, ONE.text_digests, "done")
    assert withdrawn_digest([later]) == withdrawn_digest([ONE])
    other = Withdrawal(ONE.article_id, "another", ONE.at, ONE.raw_sha256, ONE.text_digests)
    assert withdrawn_digest([other]) != withdrawn_digest([ONE])


def test_a_damaged_list_is_said(dataset):
    dataset.state.mkdir(parents=True)
    (dataset.state / "withdrawn.json").write_text('[{"article_id": "x"}]')
    with pytest.raises(ReleaseError, match=r"withdrawn\.json"):
        withdrawals(dataset)
