"""The language of a text, Sundanese included, which the model does not know."""

import pytest

from flows.describe.language import language


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
    found, score = language(text)
    assert found == code
    assert 0 <= score <= 1
