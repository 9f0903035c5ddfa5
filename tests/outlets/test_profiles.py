"""Profiles: shapes match what they say, and a bad file is refused with a sentence."""

import datetime as dt

import pytest

from flows.outlets import OutletError
from flows.outlets.profiles import compile_byline_shape, load_profiles, parse_profile


@pytest.mark.parametrize(
    "text, line, names, date",
    [
        ("{names} , Jurnalis-{date}", "Ratna Sari ,  Jurnalis-Jum'at, 3 Mei 2024", "Ratna Sari", "Jum'at, 3 Mei 2024"),
        ("{names} - detik{any}", "Ratna Sari - detikFinance", "Ratna Sari", None),
        ("Kompas.com - {date}", "Kompas.com- 10/06/2025, 21:23 WIB", None, "10/06/2025, 21:23 WIB"),
    ],
)  # fmt: skip
def test_a_shape_finds_its_parts(text, line, names, date):
    parts = compile_byline_shape(text).fullmatch(line).groupdict()
    assert (parts.get("names"), parts.get("date")) == (names, date)


def test_a_shape_is_literal_but_for_its_placeholders():
    assert compile_byline_shape("Kompas.com - {date}").fullmatch("Kompasxcom - 10/06/2025") is None
    with pytest.raises(OutletError, match="not known"):
        compile_byline_shape("{name} di {kota}")


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("zone = 'CET'", "zone is 'CET'"),
        ("sign_off = 'boss'", "sign_off is 'boss'"),
        ("colour = 1", "keys"),
        ("[cues]\nnonsense = ['x']", "kinds of span"),
        ("[cues]\npromo = ['...']", "a cue has no words"),
        ("[roles]\nphotographer = ['Foto']", "roles are"),
        ("valid_from = '2023'", "valid_from"),
        ("[[bylines]]\nform = '{names}'", "expected `shape`"),
        ("[[bylines]]\nidentifies = true", "another form"),
        ("[[bylines]]\nshape = '{names} | Warta'\nidentifies = 'no'", "true or false"),
        ("[[bylines]]\nshape = '{names} | Warta {names}'", "each once"),
        ("[[bylines]]\nshape = 'Warta {any}'", "{names} or {date}"),
        ("[[bylines]]\nshape = '{names} {date}'", "expected words"),
        ("author_box = 'Verified Writer'", "a list of words"),
        ("[cues]\nad = 'SCROLL'", "a list of words"),
        ("[cues]\nad = [1]", "a list of words"),
        ("[roles]\neditor = 'Uploader'", "a list of words"),
        ("[roles]\neditor = ['']", "a list of words"),
        ("valid_from = 2024-01-01\nvalid_to = 2023-01-01", "after valid_to"),
        ("zone = ", "is not TOML"),
    ],
)
def test_a_bad_profile_is_refused_with_a_sentence_that_names_it(text, complaint):
    with pytest.raises(OutletError, match=r"profiles/some\.toml") as error:
        parse_profile("some", text)
    assert complaint in str(error.value)


def test_a_profile_speaks_for_its_own_days_only():
    profile = parse_profile("some", "valid_from = 2020-01-01\nvalid_to = 2021-12-31")
    assert profile.is_valid_on(dt.date(2020, 1, 1)) and profile.is_valid_on(None)
    assert not profile.is_valid_on(dt.date(2019, 12, 31)) and not profile.is_valid_on(dt.date(2022, 1, 1))


def test_the_project_s_profiles_load():
    assert {"republika", "okezone", "bisnis", "idntimes"} <= set(load_profiles())
    assert load_profiles()["okezone"].sign_off == "editor"
