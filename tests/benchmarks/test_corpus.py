import gzip
import json

from flows.read import read_batches
from tests.benchmarks.corpus import EDITED_OF, SHARES, Corpus, write

COUNT = 1500


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others():
    once, again, other = (list(Corpus(seed).lines(200)) for seed in (3, 3, 4))
    assert once == again
    assert once != other


def test_a_document_depends_on_the_seed_and_its_number_alone():
    corpus = Corpus(3)
    whole = list(corpus.lines(COUNT))
    assert list(corpus.lines(400)) == whole[:400]
    assert list(corpus.lines(COUNT, first=1200)) == whole[1200:]


def test_an_edition_changes_a_paragraph_of_one_document_in_a_hundred():
    corpus = Corpus(3)
    plain, edited = ([line for _, line in corpus.lines(COUNT, edition)] for edition in (0, 1))
    changed = [n for n, (old, new) in enumerate(zip(plain, edited, strict=True)) if old != new]
    assert {n % EDITED_OF for n in changed} == {3}
    assert len(changed) > COUNT // EDITED_OF * 0.8  # a bad document has no paragraph to change
    old, new = (json.loads(lines[changed[0]])["text"].split() for lines in (plain, edited))
    assert len(set(old) - set(new)) < 40


def test_the_reader_refuses_the_bad_documents_and_no_other(tmp_path):
    kinds = write(COUNT, 3, tmp_path / "raw.jsonl")
    batches = list(read_batches(str(tmp_path / "raw.jsonl")))
    reasons = [row["reason"] for batch in batches for row in batch.rejects.to_pylist()]
    bad = {"empty": "empty", "no_content": "no_content", "huge": "too_large"}
    for kind, reason in bad.items():
        assert reasons.count(reason) == kinds[kind]
    assert reasons.count("broken_record") == kinds["broken"] + kinds["binary"]
    assert sum(batch.documents.num_rows for batch in batches) == COUNT - len(reasons)


def test_shares_are_those_of_all_documents():
    assert sum(SHARES.values()) == 1000
    kinds = [kind for kind, _ in Corpus(5).lines(COUNT)]
    assert abs(kinds.count("dump") / COUNT - SHARES["dump"] / 1000) < 0.05


def test_shards_hold_what_one_file_holds_and_are_left_alone_where_nothing_changed(tmp_path):
    write(700, 3, tmp_path / "one.jsonl")
    write(700, 3, tmp_path / "parts.gz", shard=300)
    parts = sorted((tmp_path / "parts").iterdir())
    assert [part.name for part in parts] == [f"part-0000{n}.jsonl.gz" for n in range(3)]
    assert b"".join(gzip.decompress(part.read_bytes()) for part in parts) == (tmp_path / "one.jsonl").read_bytes()
    before = [part.stat().st_mtime_ns for part in parts]
    write(760, 3, tmp_path / "parts.gz", shard=300)
    after = [part.stat().st_mtime_ns for part in parts]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, False]
