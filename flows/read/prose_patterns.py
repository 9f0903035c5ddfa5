"""Patterns of lines that are no prose: logs, code, configuration.

Each is a table of alternatives by what they stand for. A line is matched from its beginning and is at most some hundred
characters; every repetition is bounded, so that no line can hold a pattern up.
"""

import re
from typing import Final

Alternatives = tuple[tuple[str, tuple[str, ...]], ...]


def compile_alternatives(table: Alternatives, *, margin: str = "", flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile a table of (what they stand for, patterns) into one pattern, behind a margin."""
    patterns = [pattern for _, group in table for pattern in group]
    return re.compile(f"{margin}(?:{'|'.join(patterns)})", flags)


# A line of a log.
LOG_LINE: Final = compile_alternatives(
    (
        (
            "a time stamp, and a level or a separator behind it",
            (
                r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d[.,\d]{0,12}(?:Z|[+-]\d\d:?\d\d)?\]?.{0,60}?"
                r"(?:\b(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|TRACE|NOTICE)\b|\[|:|-)",
            ),
        ),
        (
            "a level first",
            (r"(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b[:\s\[|-]",),
        ),
        (
            "a web server's, a system's, a kernel's",
            (
                r"\S{1,100} \S{1,100} \S{1,100} \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d",
                r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,100} \S{1,100}(?:\[\d+\])?:",
                r"\[\w{3} \w{3} +\d+ \d\d:\d\d:\d\d",
            ),
        ),
        (
            "a traceback",
            (
                r"Traceback \(most recent call last\)",
                r'File ".{1,300}", line \d+',
                r"at [\w$.<>]{1,200}\(.{0,200}\)",
            ),
        ),
    ),
)
# A line of source code, without its margin.
CODE_LINE: Final = compile_alternatives(
    (
        (
            "imports and definitions",
            (
                r"""(?:from\s{1,9}[\w.]{1,200}\s{1,9})?import\s{1,9}[\w.*{}, ]{1,200}"""
                r"""(?:\s{1,9}from\s{1,9}['"].{0,300})?(?:\s{1,9}as\s{1,9}\w{1,60})?;?\s{0,9}\Z""",
                r"(?:async\s{1,9})?def\s{1,9}\w{1,60}\s{0,9}\(",
                r"class\s{1,9}\w{1,60}[\s(:{]",
                r"(?:export\s{1,9})?(?:default\s{1,9})?(?:async\s{1,9})?function\b",
                r"package\s{1,9}[\w.]{1,200};?\s{0,9}\Z",
                r"(?:public|private|protected|static|final)\s{1,9}\w{1,60}",
                r"func\s{1,9}\w{0,60}\s{0,9}\(",
                r"fn\s{1,9}\w{1,60}",
                r"using\s{1,9}[\w.]{1,200};",
                r"namespace\s{1,9}\w{1,60}",
                r"library\(",
                r"require\(",
            ),
        ),
        (
            "control flow",
            (
                r"return\b.{0,300}[;)\]\w(]\s{0,9}\Z",
                r"if\s{0,9}\(.{0,300}\)\s{0,9}\{?",
                r"(?:el)?if\s{1,9}.{0,300}:\s{0,9}\Z",
                r"else:\s{0,9}\Z",
                r"for\s{1,9}\w{1,60}.{0,300}\s{1,9}in\s{1,9}.{0,300}:\s{0,9}\Z",
                r"while\s{1,9}.{0,300}:\s{0,9}\Z",
                r"try:\s{0,9}\Z",
                r"except\b.{0,300}:\s{0,9}\Z",
                r"with\s{1,9}.{0,300}:\s{0,9}\Z",
                r"\}\s{0,9}(?:else\b.{0,300}|catch\b.{0,300}|\)|,|;)*\s{0,9}\Z",
            ),
        ),
        (
            "brackets, tags and statements at the end of a line",
            (
                r"\)\s{0,9};?\s{0,9}\Z",
                r"</?[A-Za-z][^<>]{0,250}>.{0,50}\Z",
                r".{0,300}[{;]\s{0,9}\Z",
            ),
        ),
        (
            "decorators, declarations, assignments and calls",
            (
                r"@\w{1,60}(?:\.\w{1,60})*(?:\(.{0,300})?\s{0,9}\Z",
                r"(?:const|let|var)\s{1,9}[\w{\[]",
                r"""[\w.\[\]'"]{1,200}\s{0,9}(?:=|\+=|:=|<-)\s{0,9}\S.{0,300}\Z""",
                r"[\w.]{1,200}\(.{0,300}\)\s{0,9};?\s{0,9}\Z",
            ),
        ),
        (
            "file heads",
            (
                r'#\s{0,9}include\s{0,9}[<"]',
                r"#!\s{0,9}/",
                r"<\?php",
                r"\?>",
            ),
        ),
        (
            "comments",
            (
                r"//.{0,300}\Z",
                r"/\*.{0,300}",
                r"\*/",
                r'""".{0,300}',
                r"'''.{0,300}",
            ),
        ),
        (
            "commands of notebooks and shells",
            (
                r"%\w{1,60}",
                r"!pip",
                r"\$\s?\w{1,60}",
                r"sudo\s",
                r"apt(?:-get)?\s",
                r"(?:echo|cd|mkdir|curl|wget|export|source|python3?|pip3?|npm|docker|git"
                r"|FROM|RUN|CMD|COPY|ENV|WORKDIR|ENTRYPOINT|EXPOSE)\s{1,9}\S{1,200}.{0,300}\Z",
            ),
        ),
    ),
)
# A statement that no prose has, at the beginning of a line.
CODE_STATEMENT: Final = compile_alternatives(
    (
        (
            "imports and definitions",
            (
                r"(?:from\s{1,9}[\w.]{1,200}\s{1,9})?import\s{1,9}[\w.]{1,200}",
                r"(?:async\s{1,9})?def\s{1,9}\w{1,60}\s{0,9}\(",
                r"class\s{1,9}\w{1,60}\s{0,9}[(:{]",
                r"(?:const|let|var)\s{1,9}\w{1,60}\s{0,9}=",
                r"(?:export\s{1,9})?function\s{1,9}\w{0,60}\s{0,9}\(",
                r"public\s{1,9}(?:static\s{1,9})?(?:class|void)",
                r"fn\s{1,9}\w{1,60}\s{0,9}\(",
                r"func\s{1,9}\w{1,60}\s{0,9}\(",
            ),
        ),
        (
            "packages",
            (
                r"package\s{1,9}[\w.]{1,200};",
                r"using\s{1,9}[\w.]{1,200};",
                r"library\(\w{1,60}\)",
            ),
        ),
        (
            "file heads",
            (
                r'#\s{0,9}include\s{0,9}[<"]',
                r"<\?php",
                r"#!\s{0,9}/\w",
            ),
        ),
        (
            "packed JavaScript",
            (
                r"!function\s{0,9}\(",
                r"\(function\s{0,9}\(",
                r'"use strict"',
                r"'use strict'",
            ),
        ),
    ),
    margin=r"^[ \t]{0,40}",
    flags=re.MULTILINE,
)
# A line of configuration.
CONFIG_LINE: Final = compile_alternatives(
    (
        (
            "versions and settings",
            (
                r"[\w.-]{1,200}(?:\[[\w,.-]{0,200}\])?\s{0,9}(?:==|>=|<=|~=|!=|>|<)\s{0,9}[\w.*]{1,200}.{0,300}\Z",
                r"""\[[\w.\s:"'-]{1,200}\]\s{0,9}\Z""",
                r"[\w.-]{1,200}\s{0,9}=\s{0,9}\S.{0,300}\Z",
            ),
        ),
        (
            "comments and negations",
            (
                r"#.{0,300}\Z",
                r";.{0,300}\Z",
                r"!.{0,300}\Z",
            ),
        ),
        (
            "rules for robots",
            (r"(?:User-agent|Disallow|Allow|Sitemap|Crawl-delay|Host):.{0,300}\Z",),
        ),
        (
            "lists and keys",
            (
                r"-\s{1,9}\S{1,200}\s{0,9}\Z",
                r"-\s{1,9}[\w.-]{1,200}:.{0,300}\Z",
                r"[\w.-]{1,200}:\s{0,9}(?:\S{1,200})?\s{0,9}\Z",
                r'"[\w.-]{1,200}"\s{0,9}:.{0,300}\Z',
            ),
        ),
        (
            "options",
            (
                r"-e\s{1,9}\S{1,200}",
                r"-r\s{1,9}\S{1,200}",
                r"--?[\w-]{1,200}.{0,300}\Z",
            ),
        ),
        (
            "a path or a name alone, a bracket alone",
            (
                r"[\w.*/-]{1,200}/?\s{0,9}\Z",
                r"[{}\[\]],?\s{0,9}\Z",
            ),
        ),
    ),
)
