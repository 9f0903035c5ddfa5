"""describe: whose article it is, what it is called, who wrote it and when, each value with its evidence.

    describe(documents, marks, candidates) -> Described(metadata, evidence, marks)

Tables are those of schemas.stage_tables: one row of METADATA a document, in the order of DOCUMENTS; EVIDENCE_FOUND with at
least one row for every value claimed, whose quote stands in the document or in the candidate; and MARKS that override
clean's (title, subtitle, dateline, byline, credit).

Nothing is claimed that the document does not say. `stated` means that the document says it of itself: in its dateline,
byline, role lines, date lines, promotion, URL, metadata or record. What comes from the story (a day) or from a sign-off
of no stated role is `inferred`. Where a rule is unsure the value is null: wrong is worse than missing.

    sheet     a document's lines as the other modules read them    opening    the dateline
    identity  canonical URL and article_id                         outlet     who published it
    bylines   authors and editors, gathered in credits             role_words "Penulis", "Editor" with their names
    published when; story: the day it gives                        dates      the grammar of dates
    title     headline and standfirst                              sources    cited media, wire service
    language  the language; names: what a name looks like         article    the order of all this
    page      writers of pages; page_names: the names there        votes      the headline of a page
"""

from flows.describe.identity import article_id
from flows.describe.stage import Described, describe

__all__ = ["Described", "article_id", "describe"]
