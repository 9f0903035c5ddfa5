import numpy as np

from flows.clean.lines.lexicon import hash_words
from flows.clean.lines.line_table import build_line_table
from flows.clean.lines.word_table import build_word_table
from flows.clean.models.word_vectors import LINE_WORDS, WordVectors

VOCABULARY = {"subscribe": [1.0, 0.0], "bagikan": [0.0, 2.0]}


def build_vectors() -> WordVectors:
    hashes = {word: int(hash_words(word)[0]) for word in VOCABULARY}
    words = sorted(VOCABULARY, key=hashes.__getitem__)
    return WordVectors.from_arrays(
        np.array([hashes[word] for word in words], np.uint64), np.array([VOCABULARY[word] for word in words])
    )


def average(text: str) -> list[list[float]]:
    table = build_line_table([text])
    return build_vectors().average_lines(build_word_table(table)).tolist()


def test_a_line_has_the_mean_vector_of_its_words() -> None:
    assert average("Subscribe now\nPanen raya\nBagikan: SUBSCRIBE") == [[0.5, 0.0], [0.0, 0.0], [0.5, 1.0]]


def test_words_far_into_a_line_are_not_read() -> None:
    filler = " ".join(["kata"] * (LINE_WORDS - 1))
    assert average(f"{filler} subscribe\nkata {filler} subscribe\nsubscribe") == [
        [np.float32(1 / LINE_WORDS), 0.0],
        [0.0, 0.0],
        [1.0, 0.0],
    ]


def test_a_line_without_words_and_a_text_without_known_words() -> None:
    assert average("***\nsubscribe\n---") == [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    assert average("panen\nraya") == [[0.0, 0.0], [0.0, 0.0]]


def test_words_of_one_slot_are_not_exchanged() -> None:
    vectors = build_vectors()
    other = vectors.hashes[:1] ^ np.uint64(1)
    rows, places = vectors.look_up(np.concatenate((other, vectors.hashes)))
    assert places.tolist() == [1, 2]
    assert rows.tolist() == [0, 1]


def test_an_empty_vocabulary_knows_no_word() -> None:
    vectors = WordVectors.from_arrays(np.zeros(0, np.uint64), np.zeros((0, 2), np.float32))
    assert vectors.average_lines(build_word_table(build_line_table(["satu dua"]))).tolist() == [[0.0, 0.0]]
