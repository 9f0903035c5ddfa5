"""The advisories that are kept: what they say of the locked versions, and of others."""

import re

import pytest

from tests.faults.advisories import affects, answer, kept


@pytest.fixture(scope="module")
def locked(root) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"(?m)^([a-z0-9._-]+)==([^ ;\\]+)", (root / "requirements-dev.lock").read_text()):
        found.setdefault(re.sub(r"[._]", "-", name), []).append(version)
    return found


def test_no_locked_version_is_known_to_be_weak(locked):
    packages = kept()["packages"]
    assert len(packages.keys() & locked.keys()) > 40
    for name, versions in locked.items():
        for version in versions:
            assert answer(packages, {"package": {"name": name}, "version": version}) == {}, name


def test_versions_within_a_range_are_found():
    packages = {
        "a": [
            {"id": "X-1", "introduced": "1.0", "fixed": "1.4"},
            {"id": "X-2", "introduced": "0", "last_affected": "1.2"},
        ]
    }

    def ids(version: str) -> list[str]:
        said = answer(packages, {"package": {"name": "a"}, "version": version})
        return [each["id"] for each in said.get("vulns", [])]

    assert [ids(v) for v in ("0.9", "1.0", "1.2", "1.3", "1.4", "1.10")] == [
        ["X-2"], ["X-1", "X-2"], ["X-1", "X-2"], ["X-1"], [], []
    ]  # fmt: skip
    assert answer(packages, {"package": {"name": "b"}, "version": "1.0"}) == {}


def test_each_that_is_kept_has_a_version_that_it_affects():
    for advisories in kept()["packages"].values():
        for each in advisories:
            weak = each.get("last_affected", each["introduced"])
            assert affects(each, weak) and not affects(each, "9999"), each
