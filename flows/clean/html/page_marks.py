"""Reading of an HTML page: its blocks as text (one per line), its marks, and the metadata it states.

The page is parsed once, without network access or entity expansion, and with a bound on its depth. `extract_blocks`
lists its blocks and `classify_blocks` selects those of the article. Boilerplate inside the selected blocks is marked by
the same cues and position rules as in plain text.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.clean.html.beside_headline import StatedValue
from flows.clean.html.block_classifier import classify_blocks
from flows.clean.html.block_exclusions import exclude_blocks, find_excluded_nodes
from flows.clean.html.blocks import extract_blocks
from flows.clean.html.body_repairs import complete_groups, find_copies
from flows.clean.html.effort import Effort
from flows.clean.html.inline_asides import move_inline_asides
from flows.clean.html.link_lists import LinkLists, find_link_lists
from flows.clean.html.page_data import DataText, find_data_text, has_script_story
from flows.clean.html.page_hints import read_page_hints
from flows.clean.html.page_metadata import extract_stated_values
from flows.clean.html.page_tree import parse_page
from flows.clean.html.site_pages import find_site_page
from flows.clean.line_limits import check_line_count
from flows.clean.lines.line_table import build_line_table, split_lines
from flows.clean.lines.word_table import build_word_table
from flows.clean.rules import cues as cue_data
from flows.clean.spans import DocumentMarks
from flows.clean.text.best_segment import is_prose
from flows.clean.text.body_lines import BodySelection
from flows.clean.text.position_rules import LineVerdict, classify_lines
from flows.clean.text.text_marks import build_document_marks, find_splittable_lines, mark_texts

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Verdict for a block outside the article, by the nearest of these elements around it.
_ASIDE_VERDICTS: Final = {
    "nav": LineVerdict("nav", "html.nav"),
    "aside": LineVerdict("nav", "html.aside"),
    "footer": LineVerdict("footer", "html.footer"),
    "form": LineVerdict("widget", "html.form"),
    "figcaption": LineVerdict("caption", "html.figcaption"),
    "header": LineVerdict("nav", "html.header"),
}
_REPEAT: Final = LineVerdict("nav", "body.repeat")
_MIN_MARKUP_WORDS: Final = 40  # of prose in the markup; with fewer the story may stand in data
_MIN_DATA_RATIO: Final = 3  # times the words of the markup's prose that a story in data must have
_DECLARING_PLACES: Final = frozenset({"og", "jsonld"})
# Added to the article logit of an uncertain page. Such a page is rejected only if a listing is twice as likely as an
# article: its markup already showed a body, and a lost article is worse than a kept listing.
_ARTICLE_BIAS: Final = 0.7


class Page(NamedTuple):
    """Text of a page (one block per line), its marks, stated values, body and link lists.

    `stands_in_script` is set if the markup holds no story and scripts hold or load one that cannot be read; `site_page`
    is the name of a page on which the site tells of itself.
    """

    text: str
    marks: DocumentMarks
    stated_values: list[StatedValue]
    body: BodySelection
    link_lists: LinkLists
    stands_in_script: bool = False
    site_page: str | None = None


def read_page(html: str, url: str | None = None, outlet: str | None = None, effort: Effort = "quality") -> Page:
    """Read a page. `outlet` is the registered domain of its outlet, if there is a hint of it.

    Raises PageTooDeep if the page nests too deep, and TooManyLines if it has more blocks than an article can have.
    """
    tree = parse_page(html)
    if tree is None:
        return Page(
            "",
            DocumentMarks(split_lines(""), [], [], {}),
            [],
            BodySelection([], "body.blocks", []),
            LinkLists([], [], [], False, False),
        )
    nodes = list(tree.iter("*"))  # a list, because creating the element objects costs more than reading them
    if move_inline_asides(nodes):
        nodes = list(tree.iter("*"))
    blocks = extract_blocks(tree)
    check_line_count(len(blocks.texts))
    text = "\n".join(blocks.texts)
    table = build_line_table([text])
    lines = table.documents[0]
    cues = cue_data.load_outlet_cues(outlet)
    line_tokens = build_word_table(table)
    (line_cues,) = cue_data.match_cues(table, line_tokens, [cues])
    hints = read_page_hints(tree, html)
    addresses = [*hints.addresses, *([url] if url else [])]
    exclusions = exclude_blocks(blocks, lines.word_counts, hints.titles, addresses, hints.is_live)
    body, is_confident = classify_blocks(tree, blocks, exclusions, hints, url, effort, line_tokens)
    keep = complete_groups(blocks, lines.word_counts, body.keep, [verdict is not None for verdict in exclusions])
    for copy in find_copies(blocks.texts, lines.word_counts, keep):
        keep[copy], exclusions[copy] = False, _REPEAT
    body = replace(body, keep=keep)
    position_verdicts = classify_lines(lines, line_cues, body, cue_data.find_profile(outlet), "html.outside")
    verdicts = [
        _choose_verdict(verdict, exclusion, tag)
        for verdict, exclusion, tag in zip(position_verdicts, exclusions, blocks.aside_tags, strict=True)
    ]
    if foreign_nodes := find_excluded_nodes(blocks, exclusions):
        nodes = [node for node in nodes if node not in foreign_nodes]
    stated_values = extract_stated_values(tree, nodes)
    link_lists = find_link_lists(blocks, lines.word_counts, hints, _declares_story(stated_values))
    if not (is_confident or link_lists.declares_article or link_lists.declares_story or _has_one_article(nodes)):
        # An uncertain page may be a listing if neither its data nor its markup declare one story (listings have one
        # <article> per item, or none). The classifier of plain text dumps decides by its words.
        article_logit = mark_texts([text], [outlet])[0].body.article_logit
        body = replace(body, article_logit=None if article_logit is None else article_logit + _ARTICLE_BIAS)
    marks = build_document_marks(text, lines, verdicts, body, cues, find_splittable_lines(table, line_tokens)[0])
    site_page = None if link_lists.declares_story else find_site_page(blocks, hints.titles)
    prose_words = _count_kept_prose(marks)
    if prose_words < _MIN_MARKUP_WORDS:
        data_text = find_data_text(tree, hints)
        if data_text is not None and data_text.word_count >= _MIN_DATA_RATIO * prose_words:
            return _build_data_page(data_text, stated_values, outlet)
        is_in_script = prose_words == 0 and has_script_story(tree)
        return Page(text, marks, stated_values, body, link_lists, is_in_script, site_page)
    return Page(text, marks, stated_values, body, link_lists, site_page=site_page)


def _count_kept_prose(marks: DocumentMarks) -> int:
    """Count the words of the kept paragraphs."""
    return sum(
        line.word_count
        for line in compress(marks.lines, marks.flag_kept_lines())
        if is_prose(line.text, line.word_count, line.ends_sentence)
    )


def _build_data_page(data_text: DataText, stated_values: list[StatedValue], outlet: str | None) -> Page:
    """Build the page whose text is a story from its data. All lines are kept but those that a cue names."""
    text = "\n".join(data_text.paragraphs)
    table = build_line_table([text])
    lines = table.documents[0]
    check_line_count(len(lines))
    cues = cue_data.load_outlet_cues(outlet)
    line_tokens = build_word_table(table)
    (line_cues,) = cue_data.match_cues(table, line_tokens, [cues])
    body = BodySelection([True] * len(lines), "body.extracted", [None] * len(lines))
    verdicts = [
        verdict._replace(rule=data_text.rule) if verdict.kind == "body" else verdict
        for verdict in classify_lines(lines, line_cues, body, cue_data.find_profile(outlet))
    ]
    body = replace(body, rule=data_text.rule)
    marks = build_document_marks(text, lines, verdicts, body, cues, find_splittable_lines(table, line_tokens)[0])
    return Page(text, marks, stated_values, body, LinkLists([], [], [], True, True))


def _choose_verdict(verdict: LineVerdict, exclusion: LineVerdict | None, aside_tag: str | None) -> LineVerdict:
    """Return the verdict of a block: its exclusion, that of its words and position, or that of the aside around it.

    A date or a name in another story or in a comment belongs to that, so such exclusions go first.
    """
    if exclusion is not None and (exclusion.kind != "nav" or verdict.rule == "html.outside"):
        return exclusion
    is_clock = aside_tag == "header" and verdict.kind == "byline"  # a day in the page's header is today's
    if aside_tag is not None and (verdict.rule == "html.outside" or is_clock):
        return _ASIDE_VERDICTS[aside_tag]
    return verdict


def _has_one_article(nodes: list[HtmlElement]) -> bool:
    """Return True if the page has exactly one <article> element."""
    return [node.tag for node in nodes].count("article") == 1


def _declares_story(stated_values: list[StatedValue]) -> bool:
    """Return True if a page declares one story, by its day or its headline.

    An edited story states two days; the data of a listing name many days or headlines.
    """
    days = {value for field, where, value in stated_values if field == "published_at" and where in _DECLARING_PLACES}
    headlines = {value for field, where, value in stated_values if field == "title" and where == "jsonld"}
    return len(headlines) <= 1 and (1 <= len(days) <= 2 or (not days and len(headlines) == 1))
