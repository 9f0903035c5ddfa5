"""`kliping outlet new` drafts a profile that loads; `kliping outlet check` tells a broken golden story."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.curate.outlet_docs import render_outlet_page
from flows.outlets.profiles import parse_profile

BYLINES = ["Ratna Sari , Jurnalis-Senin, 3 Juni 2024 |08:10 WIB", "Bima Wirya , Jurnalis-Rabu, 5 Juni 2024 |09:15 WIB"]


def run(*words):
    return CliRunner().invoke(app, ["outlet", *map(str, words)])


@pytest.fixture
def articles(tmp_path):
    for number, byline in enumerate(BYLINES):
        story = f"Judul berita ke {number} yang cukup panjang\n{byline}\n" + (
            "JAKARTA - Warga kampung itu gotong royong membersihkan sungai sejak pagi hari bersama para pelajar.\n"
            "Kegiatan itu akan diulang setiap bulan, kata ketua rukun warga setempat kepada para wartawan.\n"
            "(Dian Lestari)\n"
        )
        (tmp_path / f"{number}.txt").write_text(story, encoding="utf-8")
    return tmp_path


def test_a_draft_holds_the_shape_the_zone_and_what_ends_the_text(articles, tmp_path):
    target = tmp_path / "kabarkita.toml"
    result = run("new", "kabarkita", articles, "--to", target)
    assert result.exit_code == 0, result.output
    profile = parse_profile("kabarkita", target.read_text(encoding="utf-8"))
    assert [byline.shape for byline in profile.bylines] == ["{names} , Jurnalis- {date}"]
    assert (profile.zone, profile.sign_off) == ("WIB", "editor")
    assert all(profile.bylines[0].pattern.fullmatch(byline) for byline in BYLINES)


def test_a_draft_is_never_written_over_a_file(articles, tmp_path):
    target = tmp_path / "kept.toml"
    target.write_text("mine", encoding="utf-8")
    result = run("new", "kabarkita", articles, "--to", target)
    assert (result.exit_code, target.read_text(encoding="utf-8")) == (2, "mine")


@pytest.mark.parametrize("words", [("new", "Kabar Kita", "seeds"), ("new", "kabarkita", "no/such/folder")])
def test_wrong_use_gets_one_sentence(words):
    result = run(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_all_profiles_are_as_expected():
    result = run("check")
    assert result.exit_code == 0, result.output


def test_a_golden_story_that_does_not_hold_is_told(tmp_path):
    (tmp_path / "detik.txt").write_text("Judul\nGalih Ramadhan - detikFinance\nJakarta - Cerita.\n", encoding="utf-8")
    golden = {"kinds": {"1": "title", "2": "byline"}, "expect": {"authors": ["Orang Lain"], "colour": 1}}
    (tmp_path / "detik.json").write_text(json.dumps(golden), encoding="utf-8")
    result = run("check", "detik", "--golden", tmp_path)
    assert result.exit_code == 1
    assert "authors: expected ['Orang Lain'], found ['Galih Ramadhan']" in result.output
    assert "no column" in result.output
    assert run("check", "okezone", "--golden", tmp_path).exit_code == 1  # no story at all


def test_the_page_of_outlets_is_made_from_the_data():
    written = (Path(__file__).parents[2] / "docs" / "reference" / "outlets.md").read_text(encoding="utf-8")
    assert written == render_outlet_page(), "run: kliping outlet list --to docs/reference/outlets.md"
