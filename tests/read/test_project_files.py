"""Files of a scraper's project that are no articles, and articles that look a little like them."""

# ruff: noqa: E501 (a file is read as one line)

import pytest

from flows.read.prose_test import explain_not_prose

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."
FILES = {
    "schedule": "# tiap pagi\n0 6 * * * cd /opt && python3 main.py >> log.txt\n30 18 * * 1-5 /usr/bin/python3 b.py\n",
    "makefile": "run:\n\tpython main.py\n\nclean:\n\trm -rf data/*.csv\n\n.PHONY: run clean\n",
    "yaml": "detik:\n  title: h1.detail\n  content: div.body p\nkompas:\n  title: h1.read\n  content: div.read p\n",
    "settings": "# Scrapy settings for the project\n#\n# For simplicity, only what matters is here\n\nBOT_NAME = 'a'\n"
    "# Obey robots.txt rules\nROBOTSTXT_OBEY = True\n#DELAY = 3\n",
    "translations": f'msgid "Read more"\nmsgstr "Baca lagi"\n\nmsgid "A comment waits."\nmsgstr "{PROSE}"\n',
    "change log": "# Changelog\n\n## [1.2.0] - 2023-09-06\n- Scraper untuk Kompas\n\n## [1.1.0] - 2023-08-01\n- Awal\n",
    "tasks": "# TODO\n\n- [ ] perbaiki scraper kompas\n- [x] simpan ke Parquet\n- [ ] tambah logging\n",
    "vectors": "\n".join(f"kata{n} " + " ".join(f"{n * m % 7 - 3}.{m:03d}" for m in range(1, 12)) for n in range(9)),
    "tagged words": "\n".join(["Warga NN O", "Lawang NNP B-LOC", "menolak VB O", "pasar NN O", ". Z O"] * 3),
    "failure": 'Halaman 1\nTraceback (most recent call last):\n  File "main.py", line 12, in <module>\n    main()\n'
    '  File "main.py", line 8, in main\n    r = get(u)\nrequests.exceptions.ConnectionError: Max retries exceeded\n',
    "downloads": "--2023-09-06 09:15:00--  https://www.detik.com/\nResolving www.detik.com... 103.49.1.2\nSaved [2458]\n",
    "headers": "HTTP/2 200\nserver: nginx\ncontent-type: text/html; charset=utf-8\ncache-control: max-age=60\n",
    "tests": "===== test session starts =====\nplatform linux -- Python 3.11\n\n===== 4 passed in 0.52s =====\n",
    "clock log": "09:15:00 - Mulai scraping\n09:15:03 - Halaman 1 selesai (20 berita)\n09:15:06 - Selesai. Total 20.\n",
    "files": "total 24\n-rw-r--r-- 1 a a 1234 Sep  6 09:15 detik.csv\n-rw-r--r-- 1 a a 2234 Sep  6 09:16 b.csv\n",
    "commits": f"commit {'3f' * 20}\nAuthor: A <a@b.id>\nDate:   Wed Sep 6 09:15:00 2023\n\n    Perbaiki tanggal\n",
    "findings": "main.py:10: error: Name 'x' is not defined\nmain.py:12: error: Wrong types\nFound 2 errors in 1 file\n",
    "printed table": "     judul   isi\n" + "\n".join(f"{n}  Harga kopi naik...  Petani menahan..." for n in range(9)),
    "batch": "@echo off\nREM Menjalankan scraper setiap pagi\ncd C:\\scraper\npython main.py\npause\n",
    "ruby": "require 'nokogiri'\n\n# Ambil semua judul\ndoc.css('h2 a').each do |a|\n  puts a.text\nend\n",
    "perl": "use strict;\nuse warnings;\n\nmy $html = get('https://x.id');\nprint $html;\n",
    "guide": "# Contributing\n\nThank you for your interest in this project.\n\n1. Fork it\n2. Open a pull request\n",
    "phrases": "harga beras 2023\nbanjir demak\npemilu 2024\nkereta cepat\nkebakaran hutan riau\nharga emas\ngempa\ntsunami\n",
    "quoted rows": f'"judul,""isi"",url"\n"Satu,""{PROSE}"",https://x.id/a"\n',
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_project_is_no_article(name):
    reason = explain_not_prose(FILES[name])
    assert reason is not None and reason.startswith("is ") and reason.endswith(".")


ARTICLES = {
    "questions": "\n\n".join(f"Tanya:\n\tBagaimana awalnya tahap {n}?\n\nJawab:\n\t{PROSE}" for n in range(4)),
    "sections": f"# Harga Kopi\n\n## 1. Kenaikan harga\n\n{PROSE}\n\n## 2. Sikap petani\n\n{PROSE}\n",
    "numbered sections": f"# Harga Kopi\n\n## 1.1 Kenaikan harga\n\n{PROSE}\n\n## 1.2 Sikap petani\n\n{PROSE}\n",
    "schedule of matches": f"{PROSE}\n\nJadwal:\nSabtu:\n  Persela - Garuda, 15.30 WIB\nMinggu:\n  Lawang - Teluk\n",
    "capitals": f"HARGA KOPI NAIK LAGI DI LERENG MERBAU\n{PROSE}",
    "about an error": f"Error 404: Ketika Situs Pemerintah Tak Bisa Dibuka\n\n{PROSE}\n\n{PROSE}",
    "shown code": f"Cara Membaca Galat\n\n{PROSE}\n\n{PROSE}\n\n{PROSE}\n\n{PROSE}\n\n"
    'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nKeyError: 1\n',
    "prices": f"{PROSE}\n\nBeras medium: Rp 13.600\nBeras premium: Rp 15.100\nCabai merah: Rp 41.000\n",
}


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_stays(name):
    assert explain_not_prose(ARTICLES[name]) is None
