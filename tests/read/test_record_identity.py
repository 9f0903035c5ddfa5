"""The identity of a record without a URL."""

from flows.read.record_identity import build_record_identity


def test_an_id_stands_behind_the_path_and_words_stand_in_for_one():
    assert build_record_identity("a/b.jsonl", "7", ["Judul"]) == "a/b.jsonl#7"
    words = ["Judul", "2024", b"Isi"]
    identity = build_record_identity("a", None, words)
    assert identity.startswith("rec:") and len(identity) == 4 + 32
    assert identity == build_record_identity("b", "", words)  # wherever the record lies
    for others in (["Judul2", "024", b"Isi"], ["Judul", "2024"], ["Judul", "2024", "Isi "], ["2024", "Judul", b"Isi"]):
        assert build_record_identity("a", None, others) != identity
    assert build_record_identity("a", None, ["Judul", "2024", "Isi"]) == identity
    assert build_record_identity("a", None, ["\ud800"]) != build_record_identity("a", None, ["?"])
