"""Closed lists: the words that a published value may have, and the meaning of each.

Adding a word is a minor change of the schema, removing one a major change.
"""

from typing import Final

# Kinds of a span of a document. Only `body` becomes text.
KINDS: Final[dict[str, str]] = {
    "body": "the article itself, subheadings and lists included",
    "dateline": "outlet and place before the first sentence",
    "title": "the headline, and repeats of it",
    "subtitle": "the standfirst under the headline",
    "byline": "who wrote it and when, near the head",
    "credit": "who wrote or edited it, at the foot: role lines, sign-offs, author boxes",
    "caption": "text that belongs to a picture, and photo credits",
    "ad": "advertisements and their labels",
    "promo": "the outlet about itself: subscribe, follow, download the app",
    "related": "links to other stories and their headers",
    "nav": "menus, sections, breadcrumbs, and other lines of the page that are not the article",
    "widget": "controls: font size, share buttons, embeds, comments",
    "footer": "legal lines and addresses at the foot of the page",
}

# The stage that rejected or dropped a document.
STAGES: Final[tuple[str, ...]] = ("read", "clean", "describe", "validate", "dedupe", "release")

# Reasons why a document is in rejects. The sentence for people is in `detail`.
REASONS: Final[dict[str, str]] = {
    "empty": "nothing in it but blanks",
    "binary": "not text: an image, a PDF, an archive of another kind",
    "undecodable": "no encoding reads it as text",
    "unreadable": "the operating system refused to give the bytes",
    "outside_source": "a link that leads out of the source",
    "too_large": "larger than the limit for one document",
    "expands_too_far": "a compressed file that unpacks to more than the limit allows",
    "damaged_container": "a compressed or WARC file, or what is packed in it, that breaks off or contradicts itself",
    "broken_record": "a JSONL line that is not a JSON object, a row of a table that is broken or of another width than its header",  # noqa: E501
    "no_content": "a record without a text or a page, under any key that is known",
    "not_prose": "code, configuration, a log, a style sheet, a list of words or addresses, a table of numbers: no article",  # noqa: E501
    "many_articles": "one text that holds many stories, or a table beside the one that was read",
    "source_id_taken": "another record of this source has the same id",
    "no_article": "text, but no article in it: navigation, a listing, a login or an error page",
    "too_deep": "HTML whose elements nest deeper than 2,048: a generated or hostile page",
    "too_slow": "took longer than one document may",
    "crashed": "a stage failed on this document: a defect of Kliping, please report it",
    "expectation_failed": "a row that failed an expectation; `detail` names it",
    "withdrawn": "taken down on request",
    "same_article": "another document of this run has the same article_id and is newer (dropped, not rejected)",
    "duplicate": "repeats another article, and duplicates are dropped (dropped, not rejected)",
}

# Reasons that count as duplicates dropped; all others count as rejected.
DROPPED: Final[frozenset[str]] = frozenset({"same_article", "duplicate"})

BASES: Final[dict[str, str]] = {
    "stated": "the document says it of itself",
    "inferred": "taken from the story or from a sign-off whose meaning is not printed",
}

SURENESS: Final[tuple[str, ...]] = ("stated", "likely", "guess")

OPS: Final[tuple[str, ...]] = ("added", "changed", "removed")
