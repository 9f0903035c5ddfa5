"""Clean: decode raw documents and mark each line as article or as one kind of clutter, each with its rule.

    clean_documents(raw, html)                  RAW -> CleanedBatch(documents, marks, candidates, rejects)
    overlay_marks(documents, marks, overlay)    add describe's marks on top; the result tiles every non-blank line
    extract_body_texts(documents, spans)        the published text of each document: its body spans, sentences rejoined
    count_clutter_lines(texts)                  lines of each published text that a clutter cue still names

Every row of RAW becomes one document or one reject. No step edits the text; each step only labels lines:
1. decode   encoding, line breaks, mojibake, references, escapes; all offsets are code points in the decoded text
   recover  a text that lost its line breaks gets them back for the steps below (line_recovery); its joiners are spans
2. cues     label lines by their own words (cues.toml: id, kind, pattern, why)
3. body     select article lines: one function, `select_body_lines`, applies the model (line_features, line_cnn)
4. place    label lines by their position: head, byline, captions, titles under a header, foot
5. text     mark clutter within a kept line as spans of its own
A page (HTML) is parsed once in `page_marks`, written as one block per line, and goes through the same cues and position
rules. `block_classifier` selects its article blocks: trees over `block_features`, with html "quality" also a net, and
the votes of trafilatura where both are unsure. What a page states in its metadata becomes candidates (`page_metadata`).
Reject reasons: no_article (no article line is left, see `rejection`), undecodable (no encoding reads the bytes),
too_deep (elements nest deeper than the parser follows), too_large (more lines than an article can have).

Lines without a claim are marked `head.unclaimed` (nav): describe/ finds title and standfirst there.
"""

from flows.clean.html.effort import Effort
from flows.clean.spans import extract_body_texts, overlay_marks
from flows.clean.stage import CleanedBatch, clean_documents
from flows.clean.text.text_marks import count_clutter_lines

__all__ = ["CleanedBatch", "Effort", "clean_documents", "count_clutter_lines", "extract_body_texts", "overlay_marks"]
