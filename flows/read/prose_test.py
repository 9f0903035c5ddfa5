"""Test whether a text is plainly no prose: code, configuration, logs, lists of addresses or words, tables, dumps.

Only what is plain is refused, since a page that reads oddly is for clean/ to judge: where enough of the words stand in
lines that read as sentences, a text passes whatever else it holds. Each sentence says what the text is and what to do.
"""

# ruff: noqa: E501 (a pattern is read as one line)

import re
from collections.abc import Callable, Sequence
from typing import Final

from flows.read import project_files
from flows.read.csv_dialect import is_quoted_whole

_LINES: Final = 600
_CHARACTERS: Final = 200_000
_PROSE_WORDS: Final = 8
_BEGUN: Final = 300
_PROSE_SHARE: Final = 0.45

_CODE_MARKS: Final = re.compile(r"[{}()\[\]<>=;|\\$@#*_/~^`&%+]")

_ADDRESS: Final = re.compile(r"[\s\"'\d.,)-]{0,12}(?:https?://|www\.|ftp://)\S+[\s\"',;]{0,12}\Z")
_ADDRESS_ROW: Final = re.compile(r".{0,60}?(?:https?://)\S+(?:\s+\S+){0,4}\s*\Z")
_LOG: Final = re.compile(
    r"(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.,\d]{0,12}(?:Z|[+-]\d\d:?\d\d)?\]?.{0,60}?(?:\b(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|TRACE|NOTICE)\b|\[|:|-)"
    r"|(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b[:\s\[|-]"
    r"|\S{1,100} \S{1,100} \S{1,100} \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,100} \S{1,100}(?:\[\d+\])?:"
    r"|Traceback \(most recent call last\)|File \".{1,300}\", line \d+|at [\w$.<>]{1,200}\(.{0,200}\)"
    r"|\[\w{3} \w{3} +\d+ \d\d:\d\d:\d\d)"
)
_CODE: Final = re.compile(
    r"(?:(?:from\s{1,9}[\w.]{1,200}\s{1,9})?import\s{1,9}[\w.*{}, ]{1,200}(?:\s{1,9}from\s{1,9}['\"].{0,300})?(?:\s{1,9}as\s{1,9}\w{1,60})?;?\s{0,9}\Z|(?:async\s{1,9})?def\s{1,9}\w{1,60}\s{0,9}\(|class\s{1,9}\w{1,60}[\s(:{]|return\b.{0,300}[;)\]\w(]\s{0,9}\Z|\)\s{0,9};?\s{0,9}\Z|</?[A-Za-z][^<>]{0,250}>.{0,50}\Z|if\s{0,9}\(.{0,300}\)\s{0,9}\{?|"
    r"(?:el)?if\s{1,9}.{0,300}:\s{0,9}\Z|else:\s{0,9}\Z|for\s{1,9}\w{1,60}.{0,300}\s{1,9}in\s{1,9}.{0,300}:\s{0,9}\Z|while\s{1,9}.{0,300}:\s{0,9}\Z|try:\s{0,9}\Z|except\b.{0,300}:\s{0,9}\Z|with\s{1,9}.{0,300}:\s{0,9}\Z|@\w{1,60}(?:\.\w{1,60})*(?:\(.{0,300})?\s{0,9}\Z|"
    r"(?:const|let|var)\s{1,9}[\w{\[]|(?:export\s{1,9})?(?:default\s{1,9})?(?:async\s{1,9})?function\b|\}\s{0,9}(?:else\b.{0,300}|catch\b.{0,300}|\)|,|;)*\s{0,9}\Z|"
    r"#\s{0,9}include\s{0,9}[<\"]|#!\s{0,9}/|<\?php|\?>|package\s{1,9}[\w.]{1,200};?\s{0,9}\Z|(?:public|private|protected|static|final)\s{1,9}\w{1,60}|func\s{1,9}\w{0,60}\s{0,9}\(|fn\s{1,9}\w{1,60}|"
    r"using\s{1,9}[\w.]{1,200};|namespace\s{1,9}\w{1,60}|library\(|require\(|"
    r"[\w.\[\]'\"]{1,200}\s{0,9}(?:=|\+=|:=|<-)\s{0,9}\S.{0,300}\Z|[\w.]{1,200}\(.{0,300}\)\s{0,9};?\s{0,9}\Z|.{0,300}[{;]\s{0,9}\Z|//.{0,300}\Z|/\*.{0,300}|\*/|\"\"\".{0,300}|'''.{0,300}|%\w{1,60}|!pip|\$\s?\w{1,60}|sudo\s|apt(?:-get)?\s|"
    r"(?:echo|cd|mkdir|curl|wget|export|source|python3?|pip3?|npm|docker|git|FROM|RUN|CMD|COPY|ENV|WORKDIR|ENTRYPOINT|EXPOSE)\s{1,9}\S{1,200}.{0,300}\Z)"
)
_STRONG_CODE: Final = re.compile(
    r"^[ \t]{0,40}(?:(?:from\s{1,9}[\w.]{1,200}\s{1,9})?import\s{1,9}[\w.]{1,200}|(?:async\s{1,9})?def\s{1,9}\w{1,60}\s{0,9}\(|class\s{1,9}\w{1,60}\s{0,9}[(:{]|#\s{0,9}include\s{0,9}[<\"]|<\?php|"
    r"(?:const|let|var)\s{1,9}\w{1,60}\s{0,9}=|(?:export\s{1,9})?function\s{1,9}\w{0,60}\s{0,9}\(|#!\s{0,9}/\w|package\s{1,9}[\w.]{1,200};|using\s{1,9}[\w.]{1,200};|library\(\w{1,60}\)|"
    r"!function\s{0,9}\(|\(function\s{0,9}\(|\"use strict\"|'use strict'|public\s{1,9}(?:static\s{1,9})?(?:class|void)|fn\s{1,9}\w{1,60}\s{0,9}\(|func\s{1,9}\w{1,60}\s{0,9}\()",
    re.MULTILINE,
)
_CONFIG: Final = re.compile(
    r"(?:[\w.-]{1,200}(?:\[[\w,.-]{0,200}\])?\s{0,9}(?:==|>=|<=|~=|!=|>|<)\s{0,9}[\w.*]{1,200}.{0,300}\Z|\[[\w.\s:\"'-]{1,200}\]\s{0,9}\Z|[\w.-]{1,200}\s{0,9}=\s{0,9}\S.{0,300}\Z|#.{0,300}\Z|;.{0,300}\Z|!.{0,300}\Z|"
    r"(?:User-agent|Disallow|Allow|Sitemap|Crawl-delay|Host):.{0,300}\Z|-\s{1,9}\S{1,200}\s{0,9}\Z|-\s{1,9}[\w.-]{1,200}:.{0,300}\Z|[\w.-]{1,200}:\s{0,9}(?:\S{1,200})?\s{0,9}\Z|-e\s{1,9}\S{1,200}|-r\s{1,9}\S{1,200}|--?[\w-]{1,200}.{0,300}\Z|"
    r"[\w.*/-]{1,200}/?\s{0,9}\Z|\"[\w.-]{1,200}\"\s{0,9}:.{0,300}\Z|[{}\[\]],?\s{0,9}\Z)"
)
_SECTION: Final = re.compile(r"\s*\[[\w.\s:\"'-]+\]\s*\Z")
_STYLE: Final = re.compile(
    r"\s{0,100}(?:[^{}\n]{1,300}\{(?:[^{}]{0,300}\}?)?\s{0,20}\Z|[\w-]+\s*:\s{0,20}[^;{}]{1,300};\s{0,20}\}?\s{0,20}\Z|\}\s{0,20}\Z|/\*.*|.*\*/|@(?:media|import|font-face|charset|keyframes|supports)\b.*)"
)
_STYLE_RULE: Final = re.compile(r"[\w\]*)]\s{0,5}\{\s{0,20}[\w-]{1,40}\s{0,5}:[^{};\n]{1,200}[;}]")
_SQL: Final = re.compile(
    r"\s{0,100}(?:INSERT\s+INTO|CREATE\s+(?:TABLE|DATABASE|INDEX|UNIQUE)|DROP\s+TABLE|ALTER\s+TABLE|LOCK\s+TABLES|UNLOCK\s+TABLES|"
    r"PRAGMA\s|BEGIN\s+TRANSACTION|BEGIN;|COMMIT;|SET\s+[@\w.]+\s*=|COPY\s+\S{1,100}\s.{0,200}FROM\s+stdin|SELECT\s.*\sFROM\s|PRIMARY\s+KEY|(?:UNIQUE\s+)?KEY\s+`|ENGINE=|/\*!\d{5})",
    re.IGNORECASE,
)
_SQL_ROW: Final = re.compile(
    r"\s{0,100}(?:\(.*\)\s{0,20}[,;]\s{0,20}\Z|--(?:\s.*)?\Z|`\w+`\s+\w+|\)\s{0,20}(?:ENGINE.{0,300})?;?\s{0,20}\Z)"
)
# The first statement of a dump, behind its comments: no article begins with one, whatever its rows hold.
_SQL_BEGINS: Final = re.compile(
    r"\ufeff?(?:[ \t]{0,20}(?:--[^\n]{0,300}|/\*[^\n]{0,300}|(?:SET|USE|PRAGMA|BEGIN|START TRANSACTION)\b[^\n]{0,300};)?\n){0,40}"
    r"[ \t]{0,20}(?:(?:CREATE|DROP)\s{1,9}(?:TABLE|DATABASE|SCHEMA)\s{1,9}(?:IF\s{1,9}(?:NOT\s{1,9})?EXISTS\s{1,9})?[`\"'\[\w.]{1,100}\s{0,9}[(;`\"'\]]|"
    r"INSERT\s{1,9}INTO\s{1,9}[`\"'\[\w.]{1,100}\]?\s{0,9}(?:\(|VALUES|SELECT)|COPY\s{1,9}\S{1,100}\s{1,9}\([^\n()]{1,500}\)\s{1,9}FROM\s)",
    re.IGNORECASE,
)
_SITEMAP: Final = re.compile(r"<(?:urlset|sitemapindex)[\s>]")
_IMAGE_RECIPE: Final = re.compile(
    r"(?:#[^\n]{0,300}\n|\n|ARG [^\n]{1,300}\n){0,40}FROM [\w./:@-]{1,200}(?: (?:AS|as) [\w.-]{1,60})?\n"
)
_IMAGE_STEP: Final = re.compile(r"^(?:RUN|CMD|COPY|ADD|ENV|WORKDIR|ENTRYPOINT|EXPOSE|USER|VOLUME) \S", re.MULTILINE)
_PRINTED_RECORDS: Final = re.compile(r"\ufeff?\s{0,20}\[?\s{0,20}\{\s{0,9}'[^'\n]{1,100}'\s{0,9}:\s{0,9}[\['\"\dNTF{]")
_JSON_KEY: Final = re.compile(
    r"[{,\s\\]\"[\w@$.-]{1,60}\\?\"\s{0,5}:\s{0,5}[\"\[{\\\dtfn-]|^\"[\w@$.-]{1,60}\"\s{0,5}:\s{0,5}[\"\[{\dtfn-]",
    re.MULTILINE,
)
_LATEX: Final = re.compile(
    r"\ufeff?\s{0,20}(?:%[^\n]{0,300}\n\s{0,20}){0,20}\\(?:documentclass|begin\{|usepackage|input\{|chapter\{|section\{)"
)
# Cookies of a browser, and what HTTrack writes beside a mirror.
_TOOL_FILE: Final = re.compile(
    r"\ufeff?\s{0,20}(?:# (?:Netscape )?HTTP Cookie File|HTTrack\d|What's in this folder\?\s{1,20}This folder \(hts-cache\))"
)
_COMMAND: Final = re.compile(
    r"(?:[$>]\s{0,3})?(?:sudo\s{1,3})?(?:pip3?|conda|npm|npx|yarn|git|python3?|docker(?:-compose)?|scrapy|make|cd|ls|apt(?:-get)?|brew|cargo|"
    r"uv|poetry|source|mkdir|rm|cp|mv|curl|wget|ssh|scp|cat|grep|echo|export|chmod|nano|vim?|tmux|screen|crontab|kill|tar|unzip)(?:\s{1,3}[\w./~:@$'\"=*&|><-]{1,200}){0,12}\s{0,3}\Z"
)
_TIMING: Final = re.compile(r"\s{0,100}(?:\d{1,2}:)?\d\d:\d\d[.,]\d{1,3}\s*-->")
_PATCH: Final = re.compile(r"(?:diff --git |index [0-9a-f]{7,}\.\.|@@ -\d+|--- [ab/]|\+\+\+ [ab/])")
_PATCH_LINE: Final = re.compile(r"[ +@-]|diff |index ")
_NUMBERS: Final = re.compile(r"[\s\"'(\[]*[+-]?[\d.,]*\d(?:[eE][+-]?\d+)?[%)\]\"']*\s*\Z")
_CODE_BEGINS: Final = re.compile(
    r"\ufeff?\s*(?:#|[rRuUbB]?\"\"\"|[rR]?'''|//|/\*|import\s|from\s+[\w.]+\s+import|package\s|using\s|class\s+\w+\s*[:({]|def\s|const\s|let\s|var\s|"
    r"(?:export\s+)?(?:async\s+)?function\b|<\?php|[(!;]+function|['\"]use strict|@\w+\s*\Z|library\()"
)
_LICENCE: Final = re.compile(
    r"Permission is hereby granted, free of charge|Apache License|GNU (?:LESSER |AFFERO )?GENERAL PUBLIC LICENSE|"
    r"Redistribution and use in source and binary forms|Mozilla Public License|CC0 1\.0 Universal|This is free and unencumbered software",
)
_MANUAL: Final = re.compile(
    r"^\s{0,100}(?:[$>]\s*)?(?:pip3?|conda|npm|npx|yarn|git|python3?|docker(?:-compose)?|scrapy|make|cd|apt(?:-get)?|brew|cargo|go|uv|poetry|virtualenv|source)\s+(?:install|clone|run|crawl|startproject|-m|build|up|add|create|\S+\.py|venv|sync|\./|\S+)",
    re.MULTILINE,
)
_FENCE: Final = re.compile(r"^\s{0,3}(?:```|~~~)", re.MULTILINE)
_TEMPLATE: Final = re.compile(
    r"\{%-?\s*(?:extends|block|endblock|for|endfor|if|endif|include|csrf_token|load|set|macro)\b|\{\{\s*[\w.|'\"()\[\] -]{1,80}\}\}|<\?(?:php|=)|<%[=@]?\s"
)


def explain_not_prose(text: str) -> str | None:
    """Explain why a text file can hold no article: the rest of a sentence; None where it may hold one."""
    text = text[:_CHARACTERS]
    lines = [line for line in text.split("\n")[: _LINES * 2] if line.strip()][:_LINES]
    if not lines:
        return None
    prose_words, words = _count_prose(lines)
    # Patterns look at the beginning of a line: packed code has lines of megabytes.
    begun = [line[:_BEGUN] for line in lines]
    head = "\n".join(begun)
    if reason := _explain_software(head, begun, prose_words, words):
        return reason
    if prose_words >= 40 and prose_words >= words * _PROSE_SHARE:
        return None
    return _explain_lines(text, head, begun, prose_words, words)


def explain_template(page: str) -> str | None:
    """Explain why a page is the template of one: the rest of a sentence; None where it is none."""
    marks = len(_TEMPLATE.findall(page[:_CHARACTERS]))
    if marks >= 4 or (marks >= 2 and "{% extends" in page[:2000]):
        return "is the template of a page, not a page: give the pages that were made of it, or leave it out."
    return None


def _count_prose(lines: Sequence[str]) -> tuple[int, int]:
    """Count the words in lines that read as sentences, and all words."""
    prose = total = 0
    for line in lines:
        count = _count_words(line)
        total += count
        if count >= _PROSE_WORDS and reads_as_prose(line):
            prose += count
    return prose, total


def _count_words(line: str) -> int:
    count = len(line.split())
    if not line.isascii() and count < 4 and len(line) > 30:
        return max(count, len(line) // 5)  # a script without blanks
    return count


def reads_as_prose(line: str) -> bool:
    """Return whether a line is made of words: hardly a sign of code, most of it letters."""
    size = len(line)
    marks = len(_CODE_MARKS.findall(line[:2000]))
    if marks > max(3, min(size, 2000) * 0.04):
        return False
    letters = sum(map(str.isalpha, line[:2000])) + line[:2000].count(" ")
    if line.isascii():
        return letters >= min(size, 2000) * 0.75
    return letters >= min(size, 2000) * 0.6


def _share(match: Callable[[str], re.Match[str] | None], lines: Sequence[str]) -> float:
    """Return the share of lines that a pattern matches from their beginning, blanks apart."""
    return sum(match(line.strip()) is not None for line in lines) / len(lines)


def _explain_software(head: str, lines: Sequence[str], prose_words: int, words: int) -> str | None:
    """Explain texts of prose that are no article: code with long comments, licences, manuals, patches."""
    is_prose = prose_words >= 40 and prose_words >= words * _PROSE_SHARE
    if reason := project_files.explain_project_file(head, lines, is_prose=is_prose):
        return reason
    if _PRINTED_RECORDS.match(head):
        return "holds records as Python prints them, not an article: write them with json.dumps, a record a line."
    if _JSON_KEY.search(head) and _share_of_json(lines) >= 0.6:
        return "holds JSON that something else surrounds, not an article: leave only the JSON in it."
    if is_quoted_whole(head):
        return "is a table whose rows were each quoted as one cell: open it, split the column, and save it again."
    if _LATEX.match(head):
        return "is the source of a LaTeX document, not an article: give its text."
    if _TOOL_FILE.match(head):
        return "is a file that a tool keeps for itself, not an article: leave it out."
    if len(lines) >= 3 and _share(_COMMAND.match, lines) >= 0.6:
        return "is a list of commands, not an article: leave it out."
    if _SQL_BEGINS.match(head):
        return _SQL_SENTENCE
    if _SITEMAP.search(head[:2000]):
        return "is a sitemap, a list of addresses, not an article: fetch the pages they lead to, and give those."
    if head.lstrip("\ufeff \n").startswith("<?xml"):
        return "is XML without an element that is known to hold a text, not an article: write it as JSON Lines."
    if _IMAGE_RECIPE.match(head) and len(_IMAGE_STEP.findall(head)) >= 2:
        return "is configuration, not an article: leave it out."
    if _LICENCE.search(head[:3000]):
        return "is a licence of software, not an article: leave it out."
    strong = len(_STRONG_CODE.findall(head))
    begins = _CODE_BEGINS.match(lines[0]) is not None
    if (strong >= 3 and (begins or prose_words < words * _PROSE_SHARE)) or (
        strong and lines[0].startswith(("#!/", "<?php"))
    ):
        return _CODE_SENTENCE
    if len(lines) >= 3 and _share(_LOG.match, lines) >= 0.6:
        return "is the log of a program, not an article: leave it out."
    commands, fences = len(_MANUAL.findall(head)), len(_FENCE.findall(head))
    if lines[0].startswith("#") and (commands >= 2 or fences >= 2) and prose_words < words * 0.8:
        return "is the manual of a program, with its commands, not an article: leave it out."
    if _PATCH.match(lines[0]) and _share(_PATCH_LINE.match, lines) > 0.9:
        return "is a patch, not an article: leave it out."
    if head.lstrip("\ufeff").startswith("WEBVTT") or _share(_TIMING.match, lines) >= 0.15:
        return "is a file of subtitles, not an article: leave it out."
    return None


_SQL_SENTENCE: Final = (
    "is a dump of a data base (SQL), not an article: give the data base itself (SQLite), or the table as CSV."
)


def _share_of_json(lines: Sequence[str]) -> float:
    """Return the share of lines that hold a key of JSON with its value, or nothing but brackets."""
    return sum(_JSON_KEY.search(line) is not None or not line.strip(" \t\r,;()[]{}'") for line in lines) / len(lines)


_CODE_SENTENCE: Final = "is the source code of a program, not an article: leave it out."


def _explain_lines(text: str, head: str, lines: Sequence[str], prose_words: int, words: int) -> str | None:
    count = len(lines)
    if _share(_ADDRESS.match, lines) >= 0.6 or (
        prose_words == 0 and count >= 3 and _share(_ADDRESS_ROW.match, lines) >= 0.8
    ):
        return "is a list of addresses, not an article: fetch the pages they lead to, and give those."
    if count >= 3 and _share(_LOG.match, lines) >= 0.5:
        return "is the log of a program, not an article: leave it out."
    sql = sum(_SQL.match(line) is not None or _SQL_ROW.match(line) is not None for line in lines)
    if (sql >= count * 0.4 or (count <= 5 and sql)) and any(map(_SQL.match, lines)):
        return _SQL_SENTENCE
    if prose_words < words * 0.3 and _is_style_sheet(head, lines):
        return "is a style sheet, not an article: leave it out."
    if reason := _explain_tokens(text, lines, prose_words, words):
        return reason
    if prose_words >= words * _PROSE_SHARE:
        return None
    if sum(_SECTION.match(line) is not None for line in lines) >= 1 and _share(_CONFIG.match, lines) >= 0.9:
        return "is configuration, not an article: leave it out."
    code = _share(_CODE.match, lines)
    strong = len(_STRONG_CODE.findall(head))
    dense = _dense(text)
    if (strong and code >= 0.35) or (code >= 0.6 and count >= 4 and dense) or (strong and count <= 5 and dense):
        return _CODE_SENTENCE
    if dense and count <= 20 and max(map(len, lines)) >= _BEGUN and prose_words < words * 0.2 and "{" in head:
        return _CODE_SENTENCE
    if count >= 3 and _share(_CONFIG.match, lines) >= 0.8 and prose_words < words * 0.3:
        return "is configuration or a list of names, not an article: leave it out."
    return None


def _is_style_sheet(head: str, lines: Sequence[str]) -> bool:
    rules = len(_STYLE_RULE.findall(head[:5000]))
    return rules >= 1 and (_share(_STYLE.match, lines) >= 0.7 or (rules >= 2 and len(lines) <= 20))


def _dense(text: str) -> bool:
    """Return True if signs of code are frequent."""
    head = text[:20_000]
    return len(_CODE_MARKS.findall(head)) >= len(head) * 0.04


def _explain_tokens(text: str, lines: Sequence[str], prose_words: int, words: int) -> str | None:
    """Word lists, tables of numbers and encoded bytes."""
    count = len(lines)
    if count >= 8 and prose_words == 0:
        short = [line for line in lines if len(line.split()) <= 2 and len(line.strip()) <= 40]
        phrases = [
            line for line in lines if len(line.split()) <= 4 and line.strip()[:1].isalpha() and line == line.lower()
        ]
        if len(short) >= count * 0.9 or (
            len(phrases) >= count * 0.95 and not any(line.rstrip()[-1:] in ".,;:!?" for line in phrases)
        ):
            return "is a list of words or names, a line each, not an article: leave it out."
    if count >= 4 and prose_words < min(words * 0.2, 40):
        cells = [cell for line in lines for cell in re.split(r"[\t,;|]|\s{2,}", line) if cell.strip()]
        numbers = sum(_NUMBERS.match(cell) is not None for cell in cells)
        columns = [len(re.split(r"[\t,;|]|\s{2,}", line.strip())) for line in lines]
        if numbers >= len(cells) * 0.5 and sorted(columns)[count // 2] >= 2:
            return "is a table of numbers, not an article: leave it out."
        if numbers >= len(cells) * 0.9:
            return "is a list of numbers, not an article: leave it out."
    longest = max(map(len, text[:_CHARACTERS].split()), default=0)
    if longest > 500 and words < 20 and text.isascii():
        return "is one run of characters, as encoded bytes or packed code are, not an article: leave it out."
    return None
