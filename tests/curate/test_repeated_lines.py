import json

from typer.testing import CliRunner

from flows.cli import app

STORY = (
    "Banjarmasin - Warga desa nomor {n} menunggu bantuan di balai desa sejak pagi hari, kata kepala desa.\n"
    "Pemerintah kabupaten berjanji mengirim air bersih ke desa itu sebelum akhir pekan ini, menurut camat {n}.\n"
)


def source(tmp_path, count, site="https://www.okezone.com"):
    file = tmp_path / "in.jsonl"
    rows = [
        {
            "id": str(n),
            "text": STORY.format(n=n) + "Yuk kenali promo kabar kilat\n" + ("Hanya sekali" if n == 1 else f"Desa {n}"),
        }
        | ({"url": f"{site}/berita/{n}"} if site else {})
        for n in range(count)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(file)


def test_lines_that_repeat_are_proposed_and_sentences_are_not(tmp_path):
    found = CliRunner().invoke(app, ["outlet", "learn", source(tmp_path, 5)])
    assert found.exit_code == 0, found.output
    assert '"Yuk kenali promo kabar kilat",  # in 5' in found.output
    assert "Hanya sekali" not in found.output
    assert "Pemerintah kabupaten" not in found.output


def test_twice_is_no_habit(tmp_path):
    found = CliRunner().invoke(app, ["outlet", "learn", source(tmp_path, 2)])
    assert found.exit_code == 0
    assert "0 lines repeat" in found.output


def test_long_lines_and_long_sentences_are_no_habit(tmp_path):
    """A line of 24 words, or a sentence of 8, is the most that may be proposed."""
    lines = {
        "proposed": [" ".join(["Promo", *["kilat"] * 22, "hemat"]), "Unduh kabar kilat di ponsel Anda sekarang juga."],
        "left": [" ".join(["Promo", *["kilat"] * 23, "murah"]), "Unduh kabar kilat itu di ponsel Anda sekarang juga."],
    }
    assert [[line.count(" ") + 1 for line in each] for each in lines.values()] == [[24, 8], [25, 9]]
    text = "\n".join([STORY, *lines["proposed"], *lines["left"]])
    file = tmp_path / "in.jsonl"
    rows = [{"id": str(n), "text": text.format(n=n), "url": f"https://www.okezone.com/{n}"} for n in range(4)]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    answer = CliRunner().invoke(app, ["outlet", "learn", str(file)])
    assert answer.exit_code == 0, answer.output
    assert [line for line in lines["proposed"] if f'"{line}"' not in answer.output] == []
    assert [line for line in lines["left"] if f'"{line}"' in answer.output] == []


def test_an_outlet_without_a_row_is_counted_by_its_domain(tmp_path):
    found = CliRunner().invoke(app, ["outlet", "learn", source(tmp_path, 5, "https://news.kabarpagi.co.id")])
    assert found.exit_code == 0, found.output
    assert found.output.startswith("# kabarpagi.co.id: 5 articles, 1 lines repeat")
    assert '"Yuk kenali promo kabar kilat",  # in 5' in found.output


def test_articles_without_an_address_count_for_the_outlet_that_is_named(tmp_path):
    found = CliRunner().invoke(app, ["outlet", "learn", source(tmp_path, 5, None), "--outlet", "kabarpagi"])
    assert found.exit_code == 0, found.output
    assert found.output.startswith("# kabarpagi: 5 articles, 1 lines repeat")


def test_what_to_do_where_no_outlet_is_named(tmp_path):
    found = CliRunner().invoke(app, ["outlet", "learn", source(tmp_path, 5, None)])
    assert found.exit_code == 2
    assert "URL" in found.output and "--outlet" in found.output
