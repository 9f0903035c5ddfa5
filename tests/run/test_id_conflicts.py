"""Documents that claim one article_id: which are one article, and that no text is lost for another reason."""

import json
import random
import re

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flows import read, release, run
from flows.describe import compute_article_id
from flows.parameters import Publish
from flows.release.filesystem import remove_tree
from flows.run.publish_run import run_publish
from flows.workers import batch_processing

SITE = "https://www.hariankota.example"
SYLLABLES = ("ba", "di", "ku", "lo", "me", "na", "pi", "ra", "su", "ta", "we", "yo", "ga", "ji")


def prose(number: int, paragraphs: int = 4) -> list[str]:
    """Return paragraphs of invented words that no other number shares."""
    draw = random.Random(number)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(300)]
    frame = "Warga {} dan {} mengatakan bahwa {} akan {} karena {} sudah {} sejak {} oleh {} dengan {} di {} kota {}."
    return [
        " ".join(frame.format(*draw.choices(words, k=11)) for _ in range(2)) + f" Kisah nomor {number}."
        for _ in range(paragraphs)
    ]


def page(number: int, canonical: str | None = None, og: str | None = None, extra: str = "") -> str:
    head = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    head += f'<meta property="og:url" content="{og}">' if og else ""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number))
    title = f"Cerita Kota Nomor {number} yang Panjang"
    story = f"<h1>{title}</h1><article>{body}{extra}</article>"
    return f"<html><head><title>{title}</title>{head}</head><body>{story}</body></html>"


def resolve(folder, parent=None, append=False) -> run.RunState:
    """Clean a folder in this process, and resolve its conflicts."""
    batches = list(read.read_batches(folder))
    outcomes = [batch_processing.process_batch(batch.documents) for batch in batches if batch.documents.num_rows]
    rejects = [batch.rejects.drop_columns(["raw"]) for batch in batches]
    count = sum(batch.documents.num_rows + batch.rejects.num_rows for batch in batches)
    return run.resolve_id_conflicts(run.assemble_from_outcomes(outcomes, rejects, count), parent, append=append)


def rows_of(state: run.RunState) -> list[dict]:
    names = ["article_id", "source_id", "url", "text", "content_hash"]
    return pa.concat_tables([table.select(names) for table in state.stream_articles(names)]).to_pylist()


def numbers_in(text: str) -> set[int]:
    return set(map(int, re.findall(r"Kisah nomor (\d+)", text)))


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    return source


@pytest.fixture
def write(folder):
    """A function: name -> content (pages as text, records as lists of dicts), written as files of the source."""

    def write_files(**files):
        for name, content in files.items():
            if isinstance(content, str):
                (folder / f"{name}.html").write_text(content, encoding="utf-8")
            else:
                (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in content))
        return folder

    return write_files


@pytest.mark.parametrize("og", [None, f"{SITE}/2024/satu-alamat-untuk-semua"])
def test_unlike_pages_that_declare_one_canonical_take_their_own_place(write, og):
    shared = f"{SITE}/2024/satu-alamat-untuk-semua"
    state = resolve(write(a=page(1, shared, og), b=page(2, shared, og), c=page(3, shared, og)))
    rows = rows_of(state)
    assert [row["url"] for row in rows] == [None] * 3
    assert {row["article_id"] for row in rows} == {compute_article_id(None, f"{name}.html") for name in "abc"}
    assert len({row["content_hash"] for row in rows}) == 3
    evidence = [row for _, table in state.stream_lineage("evidence") for row in table.to_pylist()]
    assert [(row["rule"], row["quote"]) for row in evidence if row["field"] == "url"] == [
        ("url.canonical-shared", shared)
    ] * 3


def test_copies_of_one_page_are_one_article(write):
    shared = f"{SITE}/2024/satu-alamat-untuk-semua"
    state = resolve(write(a=page(1, shared), b=page(1, shared, extra="<p>Iklan baris.</p>")))
    assert [row["url"] for row in rows_of(state)] == [shared]
    assert state.count_dropped() == {"same_article": 1}


def test_the_record_whose_own_url_it_is_keeps_it(write):
    own, other = f"{SITE}/2024/11-alamat-pertama", f"{SITE}/2024/12-alamat-kedua"
    state = resolve(
        write(a=[{"id": 1, "url": own, "html": page(1)}, {"id": 2, "url": other, "html": page(2, own, own)}])
    )
    assert {tuple(numbers_in(row["text"])): row["url"] for row in rows_of(state)} == {(1,): own, (2,): other}


def test_claims_in_a_ring_are_all_settled(write):
    urls = [f"{SITE}/2024/{number}-alamat-berita" for number in range(3)]
    pages = [
        {"id": n, "url": urls[n], "html": page(n, urls[(n + 1) % 3], urls[(n + 1) % 3])} for n in range(3)
    ]  # each declares its neighbour's URL
    assert sorted(row["url"] for row in rows_of(resolve(write(a=pages)))) == urls


def test_pages_of_one_story_stay_apart(write):
    story = f"{SITE}/2024/77-cerita-panjang"
    records = [
        {"url": story, "html": page(1, story, story)},
        {"url": f"{story}?page=2", "html": page(2, story, story)},
        {"url": f"{story}?page=3", "html": page(3, story, story)},
    ]
    rows = rows_of(resolve(write(a=records)))
    assert sorted(row["url"] for row in rows) == [story, f"{story}?page=2", f"{story}?page=3"]


def test_one_own_url_is_one_article_whatever_its_text(write):
    url = f"{SITE}/2024/5-cerita-baru"
    texts = ["\n\n".join(prose(number)) for number in (1, 2, 3)]
    records = [
        {"url": url, "text": texts[0], "fetched_at": "2024-05-02T00:00:00Z"},
        {"url": url, "text": texts[1], "fetched_at": "2024-05-03T00:00:00Z"},
        {"url": url, "text": texts[2] + "\n\n" + texts[2]},
    ]
    state = resolve(write(a=records))
    assert [numbers_in(row["text"]) for row in rows_of(state)] == [{2}]
    assert all("it was fetched later" in detail for detail in state.rejects["detail"].to_pylist())


def test_without_a_fetch_the_later_date_wins_then_the_longer_text_then_the_greater_digest(write):
    url = f"{SITE}/2024/5-cerita-baru"
    short, long = "\n\n".join(prose(1, 3)), "\n\n".join(prose(2, 6))
    dated = resolve(
        write(a=[{"url": url, "text": short, "date": "2024-05-03"}, {"url": url, "text": long, "date": "2024-05-02"}])
    )
    assert [numbers_in(row["text"]) for row in rows_of(dated)] == [{1}]
    longer = resolve(write(a=[{"url": url, "text": long}, {"url": url, "text": short}]))
    assert [numbers_in(row["text"]) for row in rows_of(longer)] == [{2}]
    state = resolve(write(a=[{"url": url, "text": short, "x": n} for n in range(4)]))
    digests = [*state.articles["raw_sha256"].to_pylist(), *state.rejects["raw_sha256"].to_pylist()]
    assert digests[0] == max(digests) and len(digests) == 4


def test_an_id_twice_in_a_file_is_two_articles_if_their_texts_are_unlike(write):
    records = [{"id": "7", "text": "\n\n".join(prose(number))} for number in (1, 2, 1)]
    state = resolve(write(a=records))
    assert state.count_dropped() == {"same_article": 1}  # the copy
    assert {frozenset(numbers_in(row["text"])) for row in rows_of(state)} == {frozenset({1}), frozenset({2})}
    assert len(set(state.articles["source_id"].to_pylist())) == state.articles.num_rows


def publish(folder, tmp_path, **options):
    outcome = run_publish(Publish(source=str(folder), output=str(tmp_path / "output"), accept_drift="test", **options))
    assert outcome.status == "published", outcome.why
    return outcome.release, release.load_table(outcome.release, "articles").to_pylist()


def test_ids_that_restart_in_each_file_are_told_apart_by_their_file(write, tmp_path):
    files = {name: [{"id": n, "text": "\n\n".join(prose(number + n))} for n in (1, 2)] for name, number in
             (("senin", 10), ("selasa", 20))}  # fmt: skip
    _, rows = publish(write(**files), tmp_path)
    assert {row["source_id"] for row in rows} == {
        "senin.jsonl#1", "senin.jsonl#2", "selasa.jsonl#1", "selasa.jsonl#2"
    }  # fmt: skip
    (tmp_path / "source" / "selasa.jsonl").unlink()
    _, rows = publish(tmp_path / "source", tmp_path)
    assert {row["source_id"] for row in rows} == {"1", "2"}


def test_an_article_keeps_the_canonical_under_which_it_is_published(write, tmp_path, folder):
    shared = f"{SITE}/2024/satu-alamat-untuk-semua"
    publish(write(a=page(1, shared)), tmp_path)
    (folder / "a.html").unlink()
    _, rows = publish(write(b=page(2, shared)), tmp_path, append=True)
    assert {tuple(numbers_in(row["text"])): row["url"] for row in rows} == {(1,): shared, (2,): None}
    write(a=page(1, shared))
    _, rows = publish(folder, tmp_path)
    assert {tuple(numbers_in(row["text"])): row["url"] for row in rows} == {(1,): shared, (2,): None}
    (folder / "a.html").unlink()
    _, rows = publish(folder, tmp_path)  # alone now, and yet what it was published as
    assert {tuple(numbers_in(row["text"])): row["url"] for row in rows} == {(2,): None}


def test_only_the_segments_of_claimed_ids_are_read(write, tmp_path, folder, monkeypatch):
    shared = f"{SITE}/2024/satu-alamat-untuk-semua"
    publish(write(a=page(1, shared)), tmp_path)
    (folder / "a.html").unlink()
    parent, _ = publish(write(b=page(2)), tmp_path, append=True)
    (folder / "b.html").unlink()
    assert len(release.list_table_files(parent, "articles")) == 2
    read_files, read_file_batches = [], release.read_file_batches

    def record_files(files, table, columns=None, *parts):
        if columns == ["article_id", "text"]:
            read_files.extend(files)
        return read_file_batches(files, table, columns, *parts)

    monkeypatch.setattr(release, "read_file_batches", record_files)
    _, rows = publish(write(c=page(3, shared)), tmp_path, append=True)
    assert {tuple(numbers_in(row["text"])): row["url"] for row in rows} == {(1,): shared, (2,): None, (3,): None}
    assert len(read_files) == 1


def test_the_canonical_of_a_dropped_duplicate_is_taken_too(write, tmp_path, folder):
    shared = f"{SITE}/2024/satu-alamat-untuk-semua"
    records = {"a": [{"id": "a", "text": "\n\n".join(prose(1)), "published_at": "2024-05-02T00:00:00Z"}]}
    publish(write(**records, b=page(1, shared)), tmp_path, duplicates="drop")
    for path in list(folder.iterdir()):
        path.unlink()
    path, rows = publish(write(c=page(2, shared)), tmp_path, append=True, duplicates="drop")
    assert {tuple(numbers_in(row["text"])): row["url"] for row in rows} == {(1,): None, (2,): None}
    assert release.read_manifest(path)["counts"]["dropped"] == {"duplicate": 1}


def test_an_older_fetch_does_not_replace_the_published_article(write, tmp_path):
    url = f"{SITE}/2024/5-cerita-baru"
    new = {"id": "x", "url": url, "text": "\n\n".join(prose(1)), "fetched_at": "2024-05-03T00:00:00Z"}
    old = {"id": "x", "url": url, "text": "\n\n".join(prose(2)), "fetched_at": "2024-05-02T00:00:00Z"}
    publish(write(a=[new]), tmp_path)
    path, rows = publish(write(a=[old]), tmp_path, append=True)
    assert [numbers_in(row["text"]) for row in rows] == [{1}]
    counts = release.read_manifest(path)["counts"]
    assert (counts["documents_in"], counts["carried_over"], counts["dropped"]) == (1, 1, {"same_article": 1})
    _, rows = publish(write(a=[{**old, "fetched_at": "2024-05-04T00:00:00Z"}]), tmp_path, append=True)
    assert [numbers_in(row["text"]) for row in rows] == [{2}]


def test_a_source_id_that_the_parent_has_for_another_article_is_told_apart(write, tmp_path, folder):
    publish(write(a=[{"id": "1", "text": "\n\n".join(prose(1))}]), tmp_path)
    (folder / "a.jsonl").unlink()
    _, rows = publish(write(b=[{"id": "1", "text": "\n\n".join(prose(2))}]), tmp_path, append=True)
    ids = {tuple(numbers_in(row["text"])): row["source_id"] for row in rows}
    assert ids == {(1,): "1", (2,): f"1~{compute_article_id(None, 'b.jsonl#1')}"}


@pytest.mark.parametrize("append", [False, True])
def test_a_parent_of_an_older_identity_rule_is_matched_by_bytes_and_place(write, tmp_path, append, monkeypatch):
    from flows.cache import range_reading
    from flows.describe import document_fields, identity

    def old_id(url, name):
        return compute_article_id(url, f"old rule: {name}")

    with monkeypatch.context() as patched:
        patched.setattr(identity, "compute_article_id", old_id)
        patched.setattr(range_reading, "compute_article_id", old_id)
        assert document_fields.identity is identity
        patched.setattr("flows.release.manifest.IDENTITY_RULE", 1)
        records = [{"text": "\n\n".join(prose(number))} for number in (1, 2)]
        _, old_rows = publish(write(a=records), tmp_path)
    remove_tree(tmp_path / "output" / "news" / "state")
    records[1]["text"] += "\n\nSebuah paragraf yang baru ditambahkan oleh penulis pada sore hari."
    path, rows = publish(write(a=records), tmp_path, append=append)
    assert release.read_manifest(path)["identity_rule"] == 2
    assert len(rows) == 2 and not {row["article_id"] for row in rows} & {row["article_id"] for row in old_rows}
    changes = release.load_table(path, "changes").to_pylist()
    assert sorted((row["op"], tuple(row["fields"])) for row in changes) == [
        ("changed", ("article_id",)),
        ("changed", ("article_id", "text", "word_count", "char_count")),
    ]
    assert {row["article_id"] for row in changes} == {row["article_id"] for row in rows}


urls = st.sampled_from([None, *(f"{SITE}/2024/{n}-alamat-berita" for n in range(4)), f"{SITE}/berita"])
documents = st.lists(
    st.tuples(st.integers(0, 5), urls, urls, urls, st.sampled_from([None, "1", "2"]), st.sampled_from("abc")),
    min_size=1,
    max_size=9,
)


OWN_URL = f"{SITE}/2024/0-alamat-berita"


# Two unlike records with one URL of their own, and a page like the one of them that is dropped.
@example([(0, None, None, None, None, "a"), (0, OWN_URL, None, None, None, "b"),
          (1, None, None, OWN_URL, None, "a"), (1, OWN_URL, None, None, None, "a")])  # fmt: skip
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents)
def test_each_text_is_published_or_dropped_for_a_true_reason(tmp_path, rows):
    check_each_text(tmp_path, rows)


@pytest.mark.proof
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents)
def test_each_of_many_texts_is_published_or_dropped_for_a_true_reason(tmp_path, rows):
    check_each_text(tmp_path, rows)


def check_each_text(tmp_path, rows):
    source = tmp_path / "source"
    if source.exists():
        remove_tree(source)
    source.mkdir()
    drops: dict[str, list[str]] = {}
    for place, (number, own_url, link, og, record_id, name) in enumerate(rows):
        if own_url is None and record_id is None:
            (source / f"p{place}.html").write_text(page(number, link, og))
        else:
            record = {"id": record_id, "url": own_url, "html": page(number, link, og)}
            drops.setdefault(name, []).append(json.dumps({k: v for k, v in record.items() if v}))
    for name, lines in drops.items():
        (source / f"{name}.jsonl").write_text("\n".join(lines))
    state = resolve(source)
    published = rows_of(state)
    assert len({row["article_id"] for row in published}) == len({row["source_id"] for row in published})
    assert len(published) + state.rejects.num_rows == state.documents_in == len(rows)
    assert set(state.rejects["reason"].to_pylist()) <= {"same_article"}
    published_numbers = set().union(*(numbers_in(row["text"]) for row in published))
    urls_by_number: dict[int, set] = {}
    for number, own_url, *_ in rows:
        urls_by_number.setdefault(number, set()).add(own_url)
    for number, own_urls in urls_by_number.items():
        if number not in published_numbers:
            # Every document of this text has an own URL that another published document has too.
            assert None not in own_urls
            assert own_urls <= {row["url"] for row in published}
