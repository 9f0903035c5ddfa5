"""What a form may name."""

import re

import pytest

from flows import allowed_roots
from flows.parameters import Publish


@pytest.mark.parametrize("place", ["seeds", "seeds/", "data/a/b.jsonl.gz", "data/2026-11-*.txt", "output"])
def test_places_under_the_default_roots(place):
    assert allowed_roots.explain_outside_roots(place) is None and re.search(allowed_roots.build_form_pattern(), place)


@pytest.mark.parametrize(
    "place", ["/etc/passwd", "seeds/../flows", "seedsmore", ".", "data/*/../../etc", "s3://bucket/x", "~/x", "/seeds"]
)
def test_places_elsewhere_are_refused_in_a_sentence(place):
    assert not re.search(allowed_roots.build_form_pattern(), place)
    assert "seeds, data or output" in (allowed_roots.explain_outside_roots(place) or "")


def test_a_link_that_leads_out_is_refused(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to("/etc")
    monkeypatch.setenv("KLIPING_ROOTS", str(tmp_path / "in"))
    assert allowed_roots.explain_outside_roots(str(tmp_path / "in" / "file.txt")) is None
    assert allowed_roots.explain_outside_roots(str(tmp_path / "in" / "out" / "passwd")) is not None


@pytest.mark.parametrize("name", ["[x]", "a*", "q?", "**"])
def test_a_link_that_is_named_like_a_glob_is_followed_before_it_is_judged(tmp_path, monkeypatch, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).symlink_to("/etc")
    monkeypatch.setenv("KLIPING_ROOTS", str(tmp_path / "in"))
    assert allowed_roots.explain_outside_roots(str(tmp_path / "in" / name)) is not None
    assert allowed_roots.explain_outside_roots(str(tmp_path / "in" / name / "passwd")) is not None
    assert allowed_roots.explain_outside_roots(str(tmp_path / "in" / "other*")) is None


def test_a_dataset_that_is_a_link_out_is_no_place_to_write(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "news").symlink_to("/etc")
    monkeypatch.setenv("KLIPING_ROOTS", str(tmp_path / "in"))
    asked = {"source": str(tmp_path / "in"), "output": str(tmp_path / "in")}
    assert Publish(**asked, dataset="news").explain_outside_roots() is not None
    assert Publish(**asked, dataset="other").explain_outside_roots() is None


@pytest.mark.parametrize(
    "place", ["s3://bucket/news/%2e%2e/x", "s3://bucket/news/%252E%252e/x", "s3://bucket/news/x::file:///etc"]
)
def test_a_url_that_climbs_or_leads_on_is_refused(monkeypatch, place):
    monkeypatch.setenv("KLIPING_ROOTS", "s3://bucket/news")
    assert allowed_roots.explain_outside_roots(place) is not None


def test_folders_and_url_prefixes_are_listed_apart_by_commas_or_colons(monkeypatch):
    monkeypatch.setenv("KLIPING_ROOTS", "/srv/drops:s3://bucket/news, more/")
    assert allowed_roots.list_roots() == ("/srv/drops", "s3://bucket/news", "more")
    assert allowed_roots.explain_outside_roots("s3://bucket/news/a.jsonl") is None
    for place in ("s3://bucket/newsroom/a", "s3://other/a", "s3://bucket/news/../secret", "seeds"):
        assert allowed_roots.explain_outside_roots(place) is not None
        assert not re.search(allowed_roots.build_form_pattern(), place)


def test_the_command_line_is_free():
    assert Publish(source="/anywhere/else", output="/tmp").source == "/anywhere/else"


def test_the_form_holds_every_field_of_a_job():
    job = Publish(source="data", limit=7, wait=3, dry_run=True)
    form = job.to_form()
    assert Publish(**{k: v for k, v in form.items() if k != "more"}, **form["more"].model_dump()) == job
