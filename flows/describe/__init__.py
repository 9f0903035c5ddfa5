"""describe: identity, outlet, title, authors, dates and language of each document, each value with its evidence.

    describe_documents(documents, marks, candidates) -> DescribedBatch(metadata, evidence, marks)

Tables are those of schemas.stage_tables. METADATA has one row a document, in the order of DOCUMENTS. EVIDENCE_FOUND
has at least one row for every value claimed, and its quote stands in the document or in the candidate. The MARKS
override clean's (title, subtitle, dateline, byline, credit).

A value must be stated in the document. `stated` means that the document states it about itself: in its dateline,
byline, role lines, date lines, promotion, URL, metadata or record. A day taken from the story, or a name from a
sign-off without a stated role, is `inferred`. Where a rule is unsure the value is null: wrong is worse than missing.

    document_view       lines of a document, as the other modules read them
    document_fields     order of the steps for one document
    stage               a batch of documents: tables in, tables out
    identity            canonical URL and article_id
    outlet_attribution  the outlet that published the document
    body_dateline       dateline at the start of the body
    headline            headline and standfirst; title_votes: the title that a page states
    bylines             authors and editors, collected in credits; role_lines: role words with their names
    page_authors        authors of HTML pages; page_names: names on pages
    person_names        shape of a person's name
    publication_date    day and instant of publication; story_date: a day from the story; date_grammar: dates in text
    cited_sources       cited media and the wire service
    language            language of the text
"""

from flows.describe.identity import compute_article_id
from flows.describe.stage import DescribedBatch, describe_documents

__all__ = ["DescribedBatch", "compute_article_id", "describe_documents"]
