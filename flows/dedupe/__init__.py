"""Finds articles that repeat another article of the release.

    prints_of(articles) -> PRINTS                    what of a text is compared; pure per article, for workers
    fingerprints_of(articles, prints) -> FINGERPRINTS   what decides which of several is kept
    link(fingerprints, prints) -> LINKS              each copy -> the article it repeats

Exact duplicates: equal letters and digits, whatever the case, blanks and punctuation. Near duplicates: at least .7 of
the 5-word shingles that either text has are in both; found by MinHash (32 bands of 4: of two texts at .7 it misses one
pair in 5,000), and then counted exactly, so chance joins nothing. Every link leads straight to a kept article, which
has no row, and joins two texts that were themselves compared: where A is like B and B like C, but A not like C, no
story is lost to one it does not resemble. The result is a function of the set of fingerprints, not of their order.

A print is named by the article's content_hash, so it outlives the run: the flow keeps the prints of the last release
in state/, some 8 bytes a word, and an article carried over is compared without its text. Losing them loses
nothing: they are made again from the texts. Memory holds 8 bytes a band and article at a time and the places where
articles meet; bands and shingles stay in mapped files.

Whether copies are marked or dropped is the flow's choice; this room only says which they are.
"""

from flows.dedupe.linking import link
from flows.dedupe.shingles import VERSION
from flows.dedupe.text_digest import fingerprints_of, prints_of, text_digest

__all__ = ["VERSION", "fingerprints_of", "link", "prints_of", "text_digest"]
