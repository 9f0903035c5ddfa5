"""Pages on which a site tells of itself are no articles; a story about such a thing is one."""

import pytest

from flows.clean import clean_documents
from tests.clean.conftest import raw_rows

TEXTS = (
    "Kabar Muara terbit sejak tahun dua ribu lima belas dan menyajikan berita daerah secara berimbang setiap hari.",
    "Kantor redaksi berada di tepi muara, di bekas gudang garam yang dipugar oleh para wartawan sendiri.",
    "Setiap tulisan diperiksa oleh dua orang penyunting sebelum diterbitkan, termasuk angka dan nama yang dikutip.",
)


def reject_details(heading: str, title: str, head: str = "") -> list[str]:
    paragraphs = "".join(f"<p>{text}</p>" for text in TEXTS)
    page = (
        f'<html lang="id"><head><title>{title}</title>{head}</head><body><article><h1>{heading}</h1>{paragraphs}'
        "</article></body></html>"
    )
    return [reject["detail"] for reject in clean_documents(raw_rows(page, media="html"), "fast").rejects.to_pylist()]


@pytest.mark.parametrize("name", ["Tentang Kami", "Susunan Redaksi", "Privacy Policy", "Impressum", "Kontak"])
def test_a_page_of_the_site_itself_is_rejected(name: str) -> None:
    (detail,) = reject_details(name, f"{name} - Kabar Muara")
    assert f'"{name}"' in detail and "Leave such pages out" in detail


@pytest.mark.parametrize(
    ("heading", "title", "head"),
    [
        ("Film Tentang Kami Diputar Keliling", "Film Tentang Kami Diputar Keliling - Kabar Muara", ""),
        ("Redaksi", "Tiga wartawan menempati gudang garam - Kabar Muara", ""),
        (
            "Disclaimer",
            "Disclaimer | Kabar Muara",
            '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Disclaimer",'
            '"datePublished":"2024-02-03"}</script>',
        ),
    ],
)
def test_a_story_that_sounds_like_one_is_published(heading: str, title: str, head: str) -> None:
    assert reject_details(heading, title, head) == []
