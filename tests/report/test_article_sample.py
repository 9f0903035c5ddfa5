"""Sample: documents are reassembled from their spans; the sample is bounded and the same each time."""

import pyarrow.parquet as pq

from flows.report.article_sample import reassemble_document, sample_articles


def words(lines):
    return [[(span.kind, span.text) for span in line.spans] for line in lines]


def test_a_document_is_put_together_from_what_was_cut_and_what_was_kept(house):
    spans = [
        house.span(1, 1, 0, "IKLAN", "ad", "ad.label"),
        house.span(1, 3, 10, "TELUK SENJA -", "dateline", "dateline.place"),
        house.span(1, 3, 24, "Dermaga dibuka."),
        house.span(1, 4, 50, "Warga senang."),
    ]
    lines, aligned = reassemble_document("Dermaga dibuka.\nWarga senang.", spans[::-1])
    assert aligned and [line.number for line in lines] == [1, 3, 4]
    assert words(lines) == [
        [("ad", "IKLAN")],
        [("dateline", "TELUK SENJA -"), ("body", "Dermaga dibuka.")],
        [("body", "Warga senang.")],
    ]


def test_a_line_kept_in_two_pieces_loses_no_word(house):
    spans = [
        house.span(1, 1, 0, "Harga naik hari ini."),
        house.span(1, 1, 21, "IKLAN", "ad", "inline.ad"),
        house.span(1, 1, 27, "Warga mengeluh keras."),
    ]
    lines, _ = reassemble_document("Harga naik hari ini. Warga mengeluh keras.", spans)
    assert words(lines) == [[("body", "Harga naik hari ini."), ("ad", "IKLAN"), ("body", "Warga mengeluh keras.")]]


def test_paragraphs_that_do_not_fit_the_lines_are_not_forced_on_them(house):
    lines, aligned = reassemble_document("Satu.\nDua.", [house.span(1, 1, 0, "Satu. Dua.")])
    assert not aligned and words(lines) == [[("body", "")]]


def test_a_small_release_is_drawn_whole_in_its_order(release, house):
    assert [one.row["article_id"] for one in sample_articles(release, 200)] == [house.key(n) for n in (1, 2, 3, 4)]


def test_each_article_gets_its_own_spans_and_evidence(release, house):
    first, second, *_ = sample_articles(release, 200)
    assert [row["field"] for row in first.evidence] == ["title", "url"] and second.evidence == []
    assert [line.number for line in first.lines] == [1, 3, 5, 7, 8]


def test_a_large_release_is_drawn_by_digest_from_its_newest_file(tmp_path, house):
    rows = [house.row(n) for n in range(40)]
    one, many = house.lay(tmp_path / "one", rows), house.lay(tmp_path / "many", rows, a_file=7)
    drawn = [article.row["article_id"] for article in sample_articles(one, 5)]
    assert sorted(drawn) == sorted(house.key(n) for n in range(40))[:5]
    newest = pq.read_table(sorted((many / "data").iterdir())[-1])["article_id"].to_pylist()
    assert sorted(article.row["article_id"] for article in sample_articles(many, 5)) == sorted(newest)[:5]
