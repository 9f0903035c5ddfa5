"""Files that stand in a scraper's project beside its articles, told by their structure: schedules, outputs of programs,
makefiles, YAML, catalogues of translations, change logs, lists of tasks, word vectors.

Each test asks of nearly all lines what only such a file has; an article never has it, whatever it is about.
"""

# ruff: noqa: E501 (a pattern is read as one line)

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

_NEARLY_ALL: Final = 0.9
_MOST: Final = 0.6
_SCHEDULE: Final = re.compile(
    r"(?:@(?:reboot|daily|hourly|weekly|monthly)\s|(?:[\d*][\d*/,-]{0,20}\s{1,5}){3}(?:[\d*][\d*/,-]{0,20}|[A-Z]{3})\s{1,5}(?:[\d*][\d*/,-]{0,20}|[A-Z]{3}(?:-[A-Z]{3})?)\s)\s{0,5}\S"
)
_RECIPE: Final = re.compile(r"\t[@-]{0,2}(?:\$|\.{0,2}/|[a-z][a-z0-9_.-]{0,30}(?:\s|\Z))")
_COMMENT: Final = re.compile(r"(?:#|;|//)")
_ASSIGNMENT: Final = re.compile(r"(?:#|//)?\s{0,3}(?:export )?[\w.-]{1,80}\s{0,5}(?:=|\+=|:=)\s{0,5}\S")
_VALUE_BEHIND: Final = re.compile(r"(?:[\"'\d\[\](){}]|True|False|None|true|false|null)")
_YAML_LINE: Final = re.compile(
    r"(?:- )?(?:[\w./@$*-]{1,60}|\"[^\"\n]{1,60}\"|'[^'\n]{1,60}'):(?:\s.{0,300})?\Z|- \S.{0,300}\Z|---\Z|[}\]],?\Z"
)
_YAML_OPENING: Final = re.compile(r"(?:- )?[\w./@$*'\"-]{1,62}:\s{0,3}[|>]?-?\s{0,3}\Z")
_HEADER_LINE: Final = re.compile(r"[A-Za-z][A-Za-z-]{1,40}:\s.{0,300}\Z|HTTP/\d(?:\.\d)? \d{3}|[<>*] ?.{0,300}\Z")
_HTTP_BEGINS: Final = re.compile(r"(?:[<>*] )?(?:HTTP/\d(?:\.\d)? \d{3}\b|(?:GET|POST|HEAD) \S{1,300} HTTP/\d)")
_OUTPUT_BEGINS: Final = re.compile(
    r"--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d--\s{1,3}https?://|={5,60} test session starts ={5,60}|Collecting [\w.-]{1,60}\s|Requirement already satisfied: "
    r"|npm (?:WARN|ERR!|notice)|added \d{1,6} packages|module [\w.-]{1,60}/\S{1,100}\Z|Cloning into '|remote: Enumerating objects|On branch \S{1,60}\s{0,3}\Z|<class 'pandas\.|\[nltk_data\] |Downloading(?: data| builder script| readme)?: {1,3}\d{1,3}%"
)
_CLOCK_LOG: Final = re.compile(r"\[?\d\d:\d\d:\d\d(?:[.,]\d{1,6})?\]?\s{0,3}(?:[-|:>]|\S)")
_LISTED_FILE: Final = re.compile(r"[d-][rwxst-]{9}[.+@]?\s{1,9}\d{1,6}\s|total \d{1,9}\Z")
_COMMIT: Final = re.compile(r"^commit [0-9a-f]{40}\b", re.MULTILINE)
_FINDING: Final = re.compile(r"[\w./\\-]{1,200}\.\w{1,5}:\d{1,7}(?::\d{1,7})?: ?\S|Found \d{1,7} |Success: ")
_BATCH_BEGINS: Final = re.compile(r"@?echo off\s{0,3}\Z|@echo |REM |rem ")
_PRINTED_ROW: Final = re.compile(r"\d{1,7}\s{2,40}\S.{0,300}\.\.\.(?:\s|\Z)")
_TAGGED_TOKEN: Final = re.compile(r"\S{1,60}(?:[ \t]\S{1,30}){0,6}[ \t](?:[BIESLU]-[A-Z]{2,12}|O)\Z")
_GUIDE: Final = re.compile(
    r"#{1,2} (?:contributing(?: guide(?:lines)?| to .{1,60})?|code of conduct|security(?: policy)?|installation|usage|getting started|"
    r"instalasi|cara (?:instalasi|menjalankan|menggunakan|pakai)|panduan kontribusi|pull request template|bug report)\s{0,3}\Z",
    re.IGNORECASE,
)
_RAISED: Final = re.compile(
    r"Traceback \(most recent call last\):|Exception in thread |Unhandled exception|panic: |Segmentation fault"
)
_FRAME: Final = re.compile(
    r"File \"[^\"\n]{1,300}\", line \d{1,7}|at [\w$.<>]{1,200}\([^()\n]{0,200}\)|(?:[\w.]{1,80})?(?:Error|Exception|Interrupt)\b(?::.{0,300})?\Z"
)
_TARGET: Final = re.compile(r"[\w./%$(){}-]{1,60}(?: [\w./%-]{1,60}){0,5}\s{0,3}::?(?:[ \t][^\n]{0,200})?\n\t\S")
_MESSAGE_ID: Final = re.compile(r"^msgid(?:_plural)? \"", re.MULTILINE)
_MESSAGE_TEXT: Final = re.compile(r"^msgstr(?:\[\d\])? \"", re.MULTILINE)
_VERSION_HEADING: Final = re.compile(
    r"^(?:#{1,4}|==) {0,3}(?:version |release )?\[?"
    r"(?:v\d{1,4}\.\d{1,4}|\d{1,4}\.\d{1,4}\.\d{1,4}|\d{1,4}\.\d{1,4}(?=\]? {0,3}[-–(] {0,3}\d{4}-\d\d))[\w.+-]{0,20}\]?"
    r"(?:\([^()\n]{1,200}\))?[ =]{0,5}(?:[-–(] {0,3}[^\n]{0,30}\d{4}[^\n]{0,10})?$",
    re.MULTILINE | re.IGNORECASE,
)
_UNRELEASED: Final = re.compile(r"^#{1,4} \[?Unreleased\]?", re.MULTILINE | re.IGNORECASE)
_TASK: Final = re.compile(r"(?:[-*+]|\d{1,3}[.)])? {0,3}\[[ xX]\] \S")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,20}(?:[.,]\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?")
_RUBY: Final = re.compile(
    r"^\s{0,20}(?:[a-z_][a-z0-9_.]{1,40} ['\"][^'\"\n]{1,80}['\"](?:,[^\n]{0,200})?$|[a-z_]{1,30}(?:\.[a-z_]{1,30}){1,4} = |require(?:_relative)? ['\"]|end\s{0,3}$|puts |class \w{1,60} < |module \w{1,60}$|.{1,200} do(?: \|[\w, ]{1,60}\|)?\s{0,3}$)",
    re.MULTILINE,
)
_OTHER_CODE: Final = re.compile(
    r"^\s{0,20}(?:use strict;|use warnings;|my [$@%]\w{1,60} ?=|sub \w{1,60} ?\{|local \w{1,60} = |param\(|\$\w{1,60} = |Write-Host |Sub \w{1,60}\(|Dim \w{1,60} As |End Sub\b|suspend fun \w|fun \w{1,60}\(|val \w{1,60} = |std::|using namespace )",
    re.MULTILINE,
)


def explain_project_file(head: str, lines: Sequence[str], *, is_prose: bool) -> str | None:
    """Explain which file of a project a text is: the rest of a sentence; None for all else.

    `lines` are the lines of `head` that are not blank, as they stand. `is_prose`: most words stand in sentences, as
    in an article that shows some code.
    """
    stripped = [line.strip() for line in lines]
    count = len(stripped)
    if (_OUTPUT_BEGINS.match(stripped[0]) and not is_prose) or (
        _HTTP_BEGINS.match(stripped[0]) and _share(_HEADER_LINE, stripped) >= _MOST
    ):
        return "is the output of a program, not an article: leave it out."
    if not is_prose and _RAISED.search(head) and sum(_FRAME.match(line) is not None for line in stripped) >= 2:
        return "is the log of a program that failed, not an article: leave it out."
    if reason := _explain_printed(head, stripped):
        return reason
    if _GUIDE.match(stripped[0]):
        return "is a guide of a program's project, not an article: leave it out."
    if count >= 2 and (reason := _explain_settings(head, lines, stripped)):
        return reason
    if len(_MESSAGE_ID.findall(head)) >= 2 and len(_MESSAGE_TEXT.findall(head)) >= 2:
        return "is a catalogue of translations, not an article: leave it out."
    versions = len(_VERSION_HEADING.findall(head)) + len(_UNRELEASED.findall(head))
    if versions >= 2 or (
        versions and stripped[0].strip("# =").casefold() in ("changelog", "change log", "release notes")
    ):
        return "is the list of changes of a program, not an article: leave it out."
    if sum(_TASK.match(line) is not None for line in stripped) >= max(2, count * _MOST):
        return "is a list of tasks, not an article: leave it out."
    if count >= 3 and sum(map(_is_vector, stripped)) >= count * _NEARLY_ALL:
        return "is a table of numbers, not an article: leave it out."
    if not is_prose and _is_other_code(head, count):
        return "is the source code of a program, not an article: leave it out."
    return None


def _explain_printed(head: str, stripped: Sequence[str]) -> str | None:
    """Explain what programs print a line each: logs, listings of files, commits, findings, tables, tagged words."""
    if len(stripped) < 2:
        return None
    for pattern in (_CLOCK_LOG, _LISTED_FILE, _FINDING, _PRINTED_ROW):
        if _share(pattern, stripped) >= _MOST:
            return "is what a program printed, not an article: leave it out."
    if _COMMIT.match(head.lstrip()) and "\nAuthor: " in head:
        return "is the history of a program, not an article: leave it out."
    if _BATCH_BEGINS.match(stripped[0]):
        return "is a script of commands, not an article: leave it out."
    if len(stripped) >= 5 and _share(_TAGGED_TOKEN, stripped) >= _NEARLY_ALL:
        return "is a list of tagged words, not an article: leave it out."
    return None


def _is_other_code(head: str, count: int) -> bool:
    """Return whether enough lines are code of Ruby, Perl, Lua, PowerShell, Basic or Kotlin."""
    return len(_RUBY.findall(head)) >= max(3, count * 0.4) or len(_OTHER_CODE.findall(head)) >= max(3, count * 0.25)


def _share(pattern: re.Pattern[str], lines: Sequence[str]) -> float:
    return sum(pattern.match(line) is not None for line in lines) / len(lines)


def _explain_settings(head: str, lines: Sequence[str], stripped: Sequence[str]) -> str | None:
    """Explain schedules, makefiles, YAML and files of assignments, each with comments."""
    stated = [line for line in stripped if not _COMMENT.match(line)]
    if stated and _share(_SCHEDULE, stated) >= _NEARLY_ALL:
        return "is a schedule of commands, not an article: leave it out."
    recipes = [line for line in lines if line.startswith("\t")]
    if (
        len(_TARGET.findall(head)) >= 2
        and _share(_RECIPE, recipes) >= _MOST
        and _share_of_makefile(lines) >= _NEARLY_ALL
    ):
        return "is a makefile, not an article: leave it out."
    keys = [line.lstrip("- \"'") for line in stated if _YAML_LINE.match(line) and ":" in line]
    is_data = len(keys) >= 2 and sum(key[:1].islower() for key in keys) >= len(keys) * _MOST
    openings = sum(
        _YAML_OPENING.match(line.strip()) is not None and _indent(below) > _indent(line)
        for line, below in pairwise(lines)
    )
    if is_data and openings and _share(_YAML_LINE, stated) >= _NEARLY_ALL:
        return "is configuration, not an article: leave it out."
    assigned = [line for line in stripped if _ASSIGNMENT.match(line)]
    with_values = sum(_VALUE_BEHIND.match(line.partition("=")[2].strip()) is not None for line in assigned)
    plain = [line for line in stripped if _COMMENT.match(line) or _ASSIGNMENT.match(line)]
    if (
        len(assigned) >= 2
        and len(plain) >= len(stripped) * _NEARLY_ALL
        and (with_values >= 2 or len(plain) > len(assigned))
    ):
        return "is configuration, not an article: leave it out."
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _share_of_makefile(lines: Sequence[str]) -> float:
    """Return the share of lines that are commands behind a tab, targets, assignments or comments."""
    return sum(
        line.startswith(("\t", "#", ".", "include ", "ifeq", "ifdef", "else", "endif"))
        or ":" in line.split(" ", 1)[0]
        or _ASSIGNMENT.match(line) is not None
        or re.match(r"[\w./%$(){} -]{1,120}:", line) is not None
        for line in lines
    ) / len(lines)


def _is_vector(line: str) -> bool:
    """Return whether a line holds one word and behind it many numbers."""
    tokens = line[:300].split()
    return len(tokens) >= 6 and sum(_NUMBER.fullmatch(token) is not None for token in tokens[1:]) >= len(tokens) - 2
