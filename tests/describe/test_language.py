"""The language of a text, Sundanese included, which the model does not know."""

import json
import re

import pytest

from flows.describe.language import SAMPLE_LENGTH, detect_languages


@pytest.mark.parametrize(
    "text, code",
    [
        ("Pemerintah kota akan memperbaiki jalan yang rusak pada bulan depan, kata wali kota kepada wartawan.", "id"),
        ("The city will repair the damaged road next month, the mayor told reporters on Monday.", "en"),
        ("Warga lembur geus mimiti melak tangkal kopi, sabab kebonna ruksak ku angin jeung hujan bulan ieu.", "su"),
        ("Warga desa wiwit nandur wit kopi maneh sawise kebone rusak amarga angin gedhe wingi sore.", "jv"),
        ("123 456", "und"),
    ],
)  # fmt: skip
def test_language(text, code):
    found, score = detect_languages([text])[0]
    assert found == code
    assert 0 <= score <= 1


@pytest.mark.parametrize(("letters", "has_language"), [(19, False), (20, True)])
def test_a_text_of_fewer_than_twenty_letters_has_no_language(letters, has_language):
    text = "warga desa memetik kopi"[: letters + 3] + " 12, 34"
    assert sum(map(str.isalpha, text)) == letters
    assert (detect_languages([text])[0][0] != "und") is has_language


def test_every_language_that_is_told_may_be_published(root):
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    suite = json.loads((root / "expectations" / "articles.json").read_text())
    asked = next(one["kwargs"] for one in suite["expectations"] if one["meta"]["name"] == "language.code")
    told = {*LanguageIdentifier.from_model_file(MODEL_FILE).labels, "su", "und"} - {"zxx"}
    assert {"id", "ms", "ace", "pcm"} <= told
    assert [code for code in told if not re.match(asked["regex"], code)] == []


def test_a_batch_is_told_as_the_model_tells_each_text_alone():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    texts = [
        "Pemerintah kota akan memperbaiki jalan yang rusak pada bulan depan, kata wali kota kepada wartawan.",
        "12 345",  # too short to tell, between others
        "The city will repair the damaged road next month, the mayor told reporters on Monday. " * 9,
        "Мэр города сообщил журналистам, что дорогу отремонтируют в следующем месяце.",
        "市長は月曜日、来月に道路を修理すると記者団に語った。" * 3,
        "KERAJAAN AKAN MEMBAIKI JALAN YANG ROSAK PADA BULAN HADAPAN, KATA MENTERI BESAR.",
    ]
    alone = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    expected = [("und", 0.0) if text == "12 345" else alone.classify(text[:SAMPLE_LENGTH]) for text in texts]
    assert detect_languages(texts) == expected
    assert detect_languages(texts[::-1]) == expected[::-1]
    assert detect_languages([]) == []


def test_what_the_model_takes_for_no_language_cannot_be_told(monkeypatch):
    monkeypatch.setattr("flows.describe.language._classify_samples", lambda samples: [("zxx", 0.9) for _ in samples])
    assert detect_languages(["x = [1, 2, 3]; print(sum(x)); return value"]) == [("und", 0.0)]
