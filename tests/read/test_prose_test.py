"""What is plainly no prose, and prose that looks a little like it."""

from pathlib import Path

import pytest

from flows.read.prose_test import explain_not_prose, explain_template

ROOT = Path(__file__).parents[2]
PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."
NOT_PROSE = {
    "python": ((ROOT / "flows/read/source.py").read_text(), "source code"),
    "javascript": ("const a = require('a');\nfunction b(c) {\n  return c.map(d => d.x);\n}\nmodule.exports = { b };\n" * 3, "source code"),  # noqa: E501
    "packed javascript": ("!function(e,t){'use strict';var n=e.document;n.ready(function(){console.log('siap')})}(window);" * 20, "source code"),  # noqa: E501
    "php": ("<?php\n$berita = $db->query('SELECT * FROM berita');\nforeach ($berita as $b) { echo $b['isi']; }\n?>\n" * 2, "source code"),  # noqa: E501
    "style sheet": ("body { margin: 0; }\n.article { color: red; font-size: 12px; }\n@media print { a { color: black } }\n" * 4, "style sheet"),  # noqa: E501
    "packed style sheet": ("body{margin:0}.a{color:red;margin:1px}.b:hover{top:0}" * 30, "style sheet"),
    "log": ("\n".join(f"2023-09-12 10:{n:02d}:11 [scrapy.core.engine] DEBUG: Crawled (200) <GET https://x.id/{n}>" for n in range(40)), "log"),  # noqa: E501
    "python log": ("\n".join(f"INFO:root:Mengambil halaman {n} dari indeks berita nasional hari ini" for n in range(20)), "log"),  # noqa: E501
    "access log": ("\n".join(f'1.2.3.4 - - [12/Sep/2023:10:00:{n:02d} +0700] "GET /a HTTP/1.1" 200 512' for n in range(20)), "log"),  # noqa: E501
    "addresses": ("\n".join(f"https://kabarlembayung.id/baca/{n}/harga-kopi-naik" for n in range(20)), "addresses"),
    "titles and addresses": ("\n".join(f"Judul {n} https://kabarlembayung.id/baca/{n}" for n in range(20)), "addresses"),  # noqa: E501
    "words": ("\n".join(["ada", "adalah", "adanya", "adapun", "agak", "agaknya", "agar", "akan", "akankah", "akhir", "akhiri"]), "words"),  # noqa: E501
    "names": ("\n".join(["Budi Santosa", "Ani Yulia", "Joko"] * 10), "words"),
    "sql dump": ("CREATE TABLE berita (\n  id int NOT NULL,\n  isi text\n);\nINSERT INTO berita VALUES (1,'" + PROSE + "');\n", "SQL"),  # noqa: E501
    "sql dump of texts": ("-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\n\nDROP TABLE IF EXISTS `berita`;\nINSERT INTO `berita` VALUES (1,'" + f"{PROSE}\n" * 30 + "');\n", "SQL"),  # noqa: E501
    "sql dump of postgres": ("SET client_encoding = 'UTF8';\nCOPY public.berita (id, isi) FROM stdin;\n" + f"1\t{PROSE}\n" * 30, "SQL"),  # noqa: E501
    "sitemap": ("<?xml version='1.0'?>\n<urlset xmlns='x'><url><loc>https://x.id/a</loc></url></urlset>", "sitemap"),
    "other xml": (f"<?xml version='1.0'?>\n<note><line>{PROSE}</line></note>", "XML"),
    "records that python printed": (f"[{{'judul': 'Satu', 'isi': '{PROSE}'}}, {{'judul': 'Dua', 'isi': '{PROSE}'}}]", "json.dumps"),  # noqa: E501
    "image recipe": ("# syntax=1\nFROM python:3.11 AS base\nWORKDIR /app\nCOPY . .\nCMD [\"python\", \"main.py\"]\n", "configuration"),  # noqa: E501
    "json behind keys": ("\n".join(f'https://x.id/{n}\t{{"judul": "Satu", "isi": "{PROSE}"}}' for n in range(9)), "JSON"),  # noqa: E501
    "json in a call": (f'callback({{"articles": [{{"judul": "Satu", "isi": "{PROSE}"}}, {{"judul": "Dua", "isi": "{PROSE}"}}]}});', "JSON"),  # noqa: E501
    "json in a variable": (f'var berita = [\n {{\n  "judul": "Satu",\n  "isi": "{PROSE}"\n }}\n];\n', "JSON"),
    "latex": ("% catatan\n\\documentclass{article}\n\\begin{document}\n" + f"{PROSE}\n" * 20 + "\\end{document}\n", "LaTeX"),  # noqa: E501
    "cookies": ("# Netscape HTTP Cookie File\n.x.id\tTRUE\t/\tFALSE\t1999999999\ta\tb\n", "tool"),
    "log of a mirror": ("HTTrack3.49-2 launched on Wed, 06 Sep 2023 at https://x.id/\n\n" + f"{PROSE}\n" * 4, "tool"),
    "history of a shell": ("cd scraper\nls -la\ngit add .\npip install scrapy\nscrapy crawl berita -o out.json\n", "commands"),  # noqa: E501
    "jsx": ("export default function Berita({ judul }) {\n  return (\n    <div>\n      <h1>{judul}</h1>\n    </div>\n  );\n}\n", "source code"),  # noqa: E501
    "requirements": ("scrapy==2.11.0\npandas>=2.0\nlxml\nrequests[socks]==2.31.0\n# for the notebook\njupyter==1.0.0\n", "configuration"),  # noqa: E501
    "ini": ("[settings]\ndefault = berita.settings\n\n[deploy]\nproject = berita\nurl = http://localhost:6800/\n", "configuration"),  # noqa: E501
    "robots": ("User-agent: *\nDisallow: /search/\nDisallow: /tag/\nSitemap: https://x.id/sitemap.xml\n", "configuration"),  # noqa: E501
    "numbers": ("\n".join(f"{n}\t{n * 7}\t{n / 3:.3f}" for n in range(30)), "numbers"),
    "licence": ("MIT License\n\nCopyright (c) 2023\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\n" * 2, "licence"),  # noqa: E501
    "manual": ("# Scraper Berita\n\nAlat ini mengambil berita.\n\n```\ngit clone https://x.id/a.git\npip install -r requirements.txt\npython main.py\n```\n", "manual"),  # noqa: E501
    "subtitles": ("\n".join(f"{n}\n00:00:{n:02d},000 --> 00:00:{n + 1:02d},000\nKata orang itu lagi.\n" for n in range(1, 20)), "subtitles"),  # noqa: E501
    "patch": ("diff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-lama\n+baru\n", "patch"),  # noqa: E501
    "base64": ("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo" * 60, "characters"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_PROSE)
def test_what_is_plainly_no_prose(name):
    text, word = NOT_PROSE[name]
    reason = explain_not_prose(text)
    assert reason is not None and word in reason and reason.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        f"Judul Berita\n\n{PROSE}\n\n{PROSE}\n\n{PROSE}",
        "Jakarta - Hujan turun.",
        f'Dalam catatan itu tertulis "harga": "naik".\n\n{PROSE}\n\n{PROSE}',
        f"git adalah alat.\n{PROSE}\n{PROSE}",
        f"FROM JAKARTA\n\n{PROSE}\n\n{PROSE}",
        f"'{PROSE}'\n\n{PROSE}",
        f"{PROSE}\n\nHarga:\n"
        + "\n".join(f"{name}: Rp {n}.000" for n, name in enumerate(["Beras", "Cabai", "Telur", "Gula"], 11))
        + f"\n\n{PROSE}\n{PROSE}\n",
        f"{PROSE}\n\n```\nimport os\nimport sys\n\ndef main():\n    pass\n```\n\n" + f"{PROSE}\n\n" * 6,
        "10:15 WIB\n" + PROSE + "\n\n10:30 WIB\n" + PROSE + "\n\n11:00 WIB\n" + PROSE,
        "Beranda\nNasional\nEkonomi\nOlahraga\nHiburan\nTeknologi\nOpini\nIndeks\n" + f"{PROSE}\n" * 8,
        "ข่าวล่าสุดจากกรุงเทพมหานครเมื่อเช้าวันนี้มีฝนตกหนักทั่วพื้นที่และประชาชนควรระวังน้ำท่วม\n" * 4,
    ],
)
def test_prose_passes(text):
    assert explain_not_prose(text) is None


def test_the_seeds_pass():
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        assert explain_not_prose(path.read_text(encoding="utf-8")) is None, path.name


def test_templates():
    assert explain_template('{% extends "base.html" %}{% block isi %}<h1>{{ judul }}</h1>{% endblock %}')
    assert explain_template(f"<html><body><p>{PROSE} {{{{ nama }}}}</p></body></html>") is None


@pytest.mark.parametrize("rows", ["SET @a{n} = 'x{n}';", "({n}, 'Kota ramai'),"])
def test_statements_or_rows_beside_one_are_sql(rows):
    lines = [rows.format(n=n) for n in range(9)]
    assert "SQL" in explain_not_prose("\n".join([*lines, "COMMIT;"]))


def test_rows_without_a_statement_are_no_sql():
    lines = [f"({n}, 'Kota ramai')," for n in range(9)]
    assert "SQL" not in (explain_not_prose("\n".join([*lines, *[PROSE] * 4])) or "")


def test_numbers_in_columns_are_a_table():
    text = "\n".join(f"{n}\t{n * 7}\tkota" for n in range(30))
    assert "table of numbers" in explain_not_prose(text)


def test_names_in_columns_are_no_table_of_numbers():
    text = "\n".join(f"Kota {name}, Jalan {name}, Gang {name}" for name in ("Alur", "Binar", "Cendana", "Duku", "Enau"))
    assert "numbers" not in (explain_not_prose(text) or "")


COMMANDS = ["git clone https://x.id/a.git", "pip install -r requirements.txt"]


@pytest.mark.parametrize(
    ("lines", "is_manual"),
    [
        (["# Alat", "Ambil berita.", *COMMANDS], True),
        (["# Alat", "Ambil berita.", "```", "x = 1", "```"], True),
        (["# Alat", "Ambil berita.", COMMANDS[0]], False),
        (["# Alat", "Ambil berita.", "```"], False),
        (["Alat", "Ambil berita.", *COMMANDS], False),
        (["# Alat", *[PROSE] * 20, *COMMANDS], False),  # nearly all of it is prose
    ],
)
def test_a_manual_has_a_heading_and_commands_or_blocks_of_code(lines, is_manual):
    assert ("manual" in (explain_not_prose("\n".join(lines)) or "")) is is_manual


@pytest.mark.parametrize(
    ("lines", "is_patch"),
    [
        (["--- a/x", "+++ b/x", "@@ -1,2 +1,2 @@", "-lama", "+baru"], True),
        (["--- a/x", "Perubahan itu kecil.", "Begitulah adanya.", "-lama", "+baru"], False),
        (["- satu", "- dua", "- tiga", "+ empat", "- lima"], False),
    ],
)
def test_a_patch_begins_as_one_and_nearly_all_its_lines_are_of_one(lines, is_patch):
    assert ("patch" in (explain_not_prose("\n".join(lines)) or "")) is is_patch


LOG_LINE = "2023-09-12 10:15:11 [scrapy.core.engine] DEBUG: Crawled (200) <GET https://x.id/1>"


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ([LOG_LINE] * 3, "log"),
        ([LOG_LINE] * 3 + [PROSE] * 6, None),
        (["FROM python:3.11", "RUN pip install x", "COPY . ."], "configuration"),
        (["FROM python:3.11", "RUN menuju kota", *[PROSE] * 8], None),
        (["Kami berangkat", "RUN pip install x", "COPY . .", *[PROSE] * 8], None),
        (["body { margin: 0; }", ".a { color: red; }"], "style sheet"),
        (["body { margin: 0; }", *[PROSE] * 4], None),
        (["https://x.id/1"] * 2 + [PROSE] * 6, None),
        (["satu"] * 8, "words"),
        (["12", "13", *[PROSE] * 4], None),
        (["x" * 501], "characters"),
        (["x" * 500], None),
    ],
)
def test_how_much_of_a_text_must_be_of_a_kind(lines, word):
    reason = explain_not_prose("\n".join(lines))
    assert reason is None if word is None else word in (reason or "")
