"""Invented articles for tests, in the shapes that real scrapes have. Nobody wrote these but us."""

from schemas.columns import PUBLISHED, STRINGS

PLACES = ("BANDUNG", "SURABAYA", "MEDAN", "MAKASSAR", "PADANG", "DENPASAR", "SEMARANG", "MANADO")
TOPICS = (
    "perbaikan jembatan gantung",
    "pembukaan pasar ikan",
    "lomba perahu layar",
    "penanaman bibit mangrove",
    "renovasi gedung perpustakaan",
    "pelatihan petugas damkar",
)


def story(number: int, *, day: int = 12) -> str:
    """One extracted Indonesian article: a dateline with the outlet, four paragraphs, a full date in the story."""
    place, topic = PLACES[number % len(PLACES)], TOPICS[number % len(TOPICS)]
    return "\n".join(
        [
            f"REPUBLIKA.CO.ID, {place} -- Pemerintah kota memulai {topic} tahap ke-{number} pada awal pekan ini. "
            "Warga menyambut rencana itu karena sudah lama menunggu kepastian anggaran dari dinas terkait.",
            f"Kepala dinas mengatakan pekerjaan nomor {number} dikerjakan tiga bulan dengan biaya Rp {number + 2} "
            f'miliar. "Kami ingin semuanya selesai sebelum musim hujan," katanya, Selasa ({day}/3/2024).',
            f"Sejumlah warga berharap kegiatan ke-{number} tidak mengganggu arus lalu lintas di jalan utama. Polisi "
            "lalu lintas menyiapkan jalur alternatif dan menambah petugas pada jam sibuk.",
            "Pemerintah provinsi berjanji mengawasi jalannya kegiatan itu dan membuka kanal aduan bagi masyarakat.",
        ]
    )


def dump(number: int) -> str:
    """The same kind of story inside the clutter of its page."""
    head = ["Advertisement", "BERANDA NEWS EKONOMI", "", f"Kota Memulai Pekerjaan Tahap {number} Pekan Ini", ""]
    foot = ["", "Baca Juga: Harga Cabai Turun di Pasar Induk", "", "Berita Terkait", "Advertisement"]
    return "\n".join([*head, story(number).replace("\n", "\n\n"), *foot])


def complete_row(table: str, row: dict[str, object]) -> dict[str, object]:
    """Add the columns that a test does not name: an empty list, the value of older rows, or null."""
    unnamed = {column.name: [] if column.type == STRINGS else column.older for column in PUBLISHED[table]}
    return unnamed | row
