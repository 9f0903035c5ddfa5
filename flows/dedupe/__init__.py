"""Finds articles that repeat another article of the release.

    fingerprints_of(articles) -> FINGERPRINTS    what is compared of each; pure per article, for workers
    link(fingerprints) -> LINKS                  each copy -> the article it repeats

Exact duplicates: equal letters and digits, whatever the case, blanks and punctuation. Of a group one article is
kept, the one that says it was first; every other row points straight to it, so links never chain and the kept
article has no row. The result is a function of the set of fingerprints, not of their order: within a run and against
the parent alike, pass the fingerprints of all articles of the release to be, one row an article_id.

Near duplicates will be found in this room and be joined to these groups before the one to keep is chosen: the same
FINGERPRINTS columns and more in, the same LINKS out, so nobody else need know how alike was told.

Whether copies are marked or dropped is the flow's choice; this room only says which they are.
"""

from flows.dedupe.digest import fingerprints_of, text_digest
from flows.dedupe.linking import link

__all__ = ["fingerprints_of", "link", "text_digest"]
