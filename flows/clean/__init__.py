"""Clean: bytes -> text -> lines -> which spans are the article, and which are what kind of clutter, by which rule.

    clean(raw, html)                RAW -> Cleaned(documents, marks, candidates, rejects); one row in, one row out
    settle(documents, marks, over)  the marks with others (describe's) laid upon them; they tile every non-blank line
    cut(documents, spans)           the published text of each document: its body spans and nothing else
    clutter_hits(texts)             lines of each published text that a clutter cue still names

How a text is cleaned, in order; nothing is edited, every step only says what a line is:
1. decode   encoding, line breaks, mojibake; offsets everywhere are code points in this text
2. cues     a line that says of itself what it is (cues.toml: id, kind, pattern, why)
3. body     which of the lines are the article: one function, `body.find_bodies`, asks the model (features, net)
4. place    what a line is by where it stands: head, byline, captions, titles under a header, foot
5. text     pieces of clutter inside a kept line become spans of their own
A page (HTML) is parsed once in `page`, written as blocks one a line, and goes through the same cues and places; which
blocks are the article is for `judge_page`: trees over what `block_features` counts, and with html "quality" the votes
of trafilatura where they are unsure. What a page states outside its words becomes candidates (`statements`).
A document in which no article is left is rejected (`judge`): no_article. One no encoding reads: undecodable.
One whose elements nest deeper than the parser follows: too_deep. One of more lines than an article can have: too_large.

Marks name lines nobody claims `head.unclaimed` (nav): describe/ finds title and standfirst there.
"""

from flows.clean.html.effort import Effort
from flows.clean.spans import cut, settle
from flows.clean.stage import Cleaned, clean
from flows.clean.text.text_marks import clutter_hits

__all__ = ["Cleaned", "Effort", "clean", "clutter_hits", "cut", "settle"]
