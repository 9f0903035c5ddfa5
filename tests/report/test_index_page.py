"""index.html of a dataset: small and quick with a thousand releases, whole for one, inert for hostile words."""

import html
import re
import time
from html.parser import HTMLParser

from flows.report.index_page import IndexedRun, render_index
from flows.report.line_charts import draw_line_chart
from flows.report.release_totals import IndexSample, ReleaseTotals

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def make_totals(number, outlets=200):
    return ReleaseTotals(
        version=f"20{number // 360 + 20}.01.01.{number}", created_at="2026-01-01T00:00:00Z", articles=1000 + number,
        titled=900, authored=500, dated=950, duplicates=10, cut=0.31, rejected={"no_article": number % 7, "empty": 2},
        changes={"added": 20, "changed": 3, "removed": 1}, seconds=60.0 + number % 30,
        outlets={f"Kabar {outlet}": [number % 50 + outlet, 4, 3, 5] for outlet in range(outlets)},
    )  # fmt: skip


def make_run(number):
    version = f"20{number // 360 + 20}.01.01.{number}"
    return IndexedRun(
        version, "published", "2026-01-01T00:00:00Z", f"releases/{version}/report.html", "", {"published": 9}
    )


def make_sample(articles=400, rejects=200):
    return IndexSample(
        [{"article_id": f"{n:032x}", "title": f"Judul {n} " + "kata " * 12, "outlet": f"Kabar {n % 200}",
          "date": "2026-01-02", "source_id": f"drop/{n}.html", "url": None} for n in range(articles)],
        [{"source_id": f"drop/x{n}.html", "reason": "no_article", "detail": "A listing, an article was expected." * 3}
         for n in range(rejects)],
        {f"2026-01-{day:02}": {f"Kabar {n}": n + day for n in range(200)} for day in range(1, 32)},
    )  # fmt: skip


def test_a_thousand_releases_and_two_hundred_outlets_stay_small_and_quick():
    totals = [make_totals(number) for number in range(1000)]
    runs = [make_run(number) for number in reversed(range(1000))]
    begun = time.process_time()
    page = render_index("news", runs, totals, make_sample())
    assert time.process_time() - begun < 2
    assert len(page.encode()) <= 2_000_000
    assert page.count("/report.html") == 1000 and "970 more" in page and "Kabar 199" in page


def test_no_release_and_one_release_are_whole_pages():
    empty = render_index("news", [], [], IndexSample([], []))
    assert "No release yet" in empty and "Nothing to search yet" in empty
    one = render_index("news", [make_run(1)], [make_totals(1, outlets=2)], make_sample(2, 1))
    assert one.count("<svg") == 8 and "Articles a day by outlet, latest release" in one
    assert "No run yet" not in one


def test_a_refused_run_is_listed_with_its_reason():
    run = IndexedRun("run x", "refused", "2026-01-01T00:00:00Z", "refused/x/report.html", "drift.rows-kept: few.", {})
    page = render_index("news", [run], [], IndexSample([], []))
    assert "drift.rows-kept: few." in page and 'href="refused/x/report.html"' in page


def test_hostile_words_stay_words():
    totals = make_totals(1, outlets=1)
    totals.outlets = {HOSTILE: [3, 1, 1, 1]}
    totals.rejected = {HOSTILE: 1}
    sample = IndexSample(
        [
            {
                "article_id": "0" * 32,
                "title": HOSTILE,
                "outlet": HOSTILE,
                "date": None,
                "source_id": HOSTILE,
                "url": HOSTILE,
            }
        ],
        [{"source_id": HOSTILE, "reason": HOSTILE, "detail": HOSTILE}],
        {"2026-01-01": {HOSTILE: 3}},
    )
    run = IndexedRun(HOSTILE, HOSTILE, HOSTILE, None, HOSTILE, {})
    page = render_index("news", [run], [totals], sample)
    elements = []
    parser = HTMLParser()
    parser.handle_starttag = lambda name, attributes: elements.append((name, dict(attributes)))
    parser.feed(page)
    assert [name for name, _ in elements].count("script") == 1 and "img" not in [name for name, _ in elements]
    assert not [name for _, attributes in elements for name in attributes if name.startswith("on")]
    assert HOSTILE in html.unescape(page)


def test_a_release_alone_is_a_dash():
    chart = str(draw_line_chart("Articles", ["2026.11.30.1"], {"articles": [5.0]}))
    [points] = re.findall(r'points="([^"]*)"', chart)
    (left, height), (right, same_height) = (map(float, point.split(",")) for point in points.split())
    assert right - left > 2 and height == same_height
