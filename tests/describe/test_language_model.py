"""The mapped language model is py3langid's, and what cannot be mapped is unpacked."""

import sys
from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from flows.describe import language, language_model
from tests.makers import dump, story

PACKED = Path(MODEL_DIR, MODEL_FILE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    unpacked = tmp_path / "cache" / "language-model"
    monkeypatch.setattr(language_model, "locate_unpacked_model", lambda _packed: unpacked)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return unpacked


def check_equal(arrays, others):
    for array, other in zip(arrays, others, strict=True):
        assert array.dtype == other.dtype and np.array_equal(array, other)


def test_the_model_is_unpacked_once_and_mapped_then(folder, monkeypatch):
    unpacked = language_model.load_model_arrays(PACKED)
    assert not isinstance(unpacked.nextmove, np.memmap) and folder.is_dir()
    monkeypatch.setattr(language_model, "unpack_model", None)
    mapped = language_model.load_model_arrays(PACKED)
    assert isinstance(mapped.nextmove, np.memmap) and isinstance(mapped.ptc, np.memmap)
    check_equal(mapped, unpacked)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("damage", ["cut", "missing", "other"])
def test_a_damaged_folder_is_made_again(folder, damage):
    unpacked = language_model.load_model_arrays(PACKED)
    path = folder / "nextmove.npy"
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-5])
        case "missing":
            path.unlink()
        case "other":
            path.write_bytes(b"no array")
    check_equal(language_model.load_model_arrays(PACKED), unpacked)
    assert isinstance(language_model.load_model_arrays(PACKED).nextmove, np.memmap)


def test_nothing_is_written_where_byte_code_is_not(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert len(language_model.load_model_arrays(PACKED).classes) > 90
    assert not folder.parent.exists()


def test_a_folder_that_cannot_be_written_costs_nothing_else(folder):
    folder.parent.write_text("a file where the folder should be")
    assert len(language_model.load_model_arrays(PACKED).classes) > 90


def test_another_model_has_another_folder(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "b").write_bytes(b"two")
    first, second = (language_model.locate_unpacked_model(tmp_path / name) for name in "ab")
    assert first != second and first.parent == second.parent


def test_languages_are_those_of_py3langid(folder):
    own = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    texts = [story(1), dump(2), "The council met on Tuesday to discuss the budget of the city.", "会議は火曜日に" * 8]
    language_model.load_model_arrays(PACKED)
    language._load_identifier.cache_clear()
    try:
        detected = language.detect_languages(texts)
    finally:
        language._load_identifier.cache_clear()
    assert detected == [own.classify(text[: language.SAMPLE_LENGTH]) for text in texts]
