"""Paths and the patterns that they match."""

import pytest

from flows.read.glob_patterns import match_path, split_glob


@pytest.mark.parametrize(
    ("glob", "base", "patterns"),
    [
        ("/data/drop/*.txt", "/data/drop", ("*.txt",)),
        ("/data/**/kota/?.txt", "/data", ("**", "kota", "?.txt")),
        ("/*", "/", ("*",)),
        ("*.txt", ".", ("*.txt",)),
        ("data/./[ab]//./c", "data/.", ("[ab]", "c")),
        ("/data/drop", "/data/drop", ()),
        ("", ".", ()),
    ],
)
def test_a_glob_is_a_fixed_folder_and_patterns_below_it(glob, base, patterns):
    assert split_glob(glob) == (base, patterns)


@pytest.mark.parametrize(
    ("path", "glob", "matches", "may_hold"),
    [
        ("a.txt", "*.txt", True, True),
        ("a.txt", "*.csv", False, False),
        ("a", "a/*.txt", False, True),
        ("b", "a/*.txt", False, False),
        ("a/b.txt", "a", True, True),  # a folder above it matches
        ("a/b/c.txt", "**/*.txt", True, True),
        ("c.txt", "**/*.txt", True, True),  # no folder at all
        ("a/b", "**/c", False, True),
        ("a/x/y/b", "a/**/b", True, True),
        ("a/x/y/c", "a/**/b", False, True),
        ("x/b", "a/**/b", False, False),
        ("a/b", "**/**", True, True),
        ("A.TXT", "*.txt", False, False),
        ("", "**", True, True),
    ],
)
def test_a_path_matches_a_pattern_or_may_hold_one_that_does(path, glob, matches, may_hold):
    parts = [part for part in path.split("/") if part]
    assert match_path(parts, glob.split("/")) == (matches, may_hold)
