"""dedupe: links from duplicates to the article of the release that they repeat.

    compute_prints(articles) -> PRINTS                        digest, shingles and bands of texts; pure, for workers
    assemble_fingerprints(articles, prints) -> FINGERPRINTS   columns that decide which of several articles is kept
    link_duplicates(fingerprints, prints) -> LINKS            each copy -> the article it repeats
    compare_texts(reference, texts) -> flags                  whether texts of one claimed article are alike

Exact duplicates have equal letters and digits, whatever the case, blanks and punctuation. Near-duplicates share at
least .7 of the 5-word shingles that either text has. MinHash finds the candidate pairs (32 bands of 4 rows: at .7 it
misses one pair in 5,000). A text also repeats a longer one in which .8 of its shingles stand: a copy that was cut
short, or that the longer one carries residue beside. Such pairs share two of the sixteen lowest digests of each text.
The shingles of candidates are then compared exactly, so no pair is linked by chance. Every link leads
straight to a kept article, which has no link itself, and joins two texts that were compared: where A is like B and B
like C, but A not like C, no story is lost to one it does not resemble. The links depend on the set of fingerprints,
not on their order.

A print is named by the article's content_hash, so it outlives the run: the flow stores the prints of the last release
in state/, some 8 bytes a word, and compares a carried-over article without its text. If the store is lost, the prints
are computed again from the texts. Memory holds 8 bytes a band and article at a time, and the bands and sampled digests
that articles share; bands and shingles stay in mapped files.

The flow decides whether copies are marked or dropped.
"""

from flows.dedupe.likeness import compare_texts
from flows.dedupe.linking import link_duplicates
from flows.dedupe.sample_pairs import find_sharing_rows, sample_shingles
from flows.dedupe.shingles import VERSION
from flows.dedupe.text_digest import assemble_fingerprints, compute_prints, digest_text

__all__ = [
    "VERSION",
    "assemble_fingerprints",
    "compare_texts",
    "compute_prints",
    "digest_text",
    "find_sharing_rows",
    "link_duplicates",
    "sample_shingles",
]
