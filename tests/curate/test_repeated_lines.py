import json

from typer.testing import CliRunner

from flows.cli import app

STORY = (
    "Banjarmasin - Warga desa nomor {n} menunggu bantuan di balai desa sejak pagi hari, kata kepala desa.\n"
    "Pemerintah kabupaten berjanji mengirim air bersih ke desa itu sebelum akhir pekan ini, menurut camat {n}.\n"
)


def source(tmp_path, count):
    file = tmp_path / "in.jsonl"
    rows = [
        {
            "id": str(n),
            "url": f"https://www.okezone.com/berita/{n}",
            "text": STORY.format(n=n) + "Yuk kenali promo kabar kilat\n" + ("Hanya sekali" if n == 1 else f"Desa {n}"),
        }
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


def test_what_to_do_where_no_outlet_is_known(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("Warga menunggu kabar dari pasar sejak pagi hari tadi, kata mereka.")
    found = CliRunner().invoke(app, ["outlet", "learn", str(file)])
    assert found.exit_code == 2
    assert "registry.csv" in found.output
