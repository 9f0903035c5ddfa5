"""A fuzzer that is led by coverage, for the parsers that are ours. It needs atheris (the `bench` group).

    make fuzz       (python -m tests.faults.fuzz_readers --seconds 300 --seed 1, in the environment of the benchmarks)

atheris and not a loop of our own: it is maintained, has wheels for Python 3.11 to 3.13, and libFuzzer's mutations find
their way into nested ifs that blind ones do not. The first byte chooses the parser: frames of WARC, answers of HTTP,
lines and records, what a file is, dates, datelines, globs, URLs, and a whole document through read, clean and describe.
None may raise, whatever the bytes; a finding is written to a file that libFuzzer names, and ends the run with 77.
"""

import argparse
import io
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from tests.faults import mutated_corpus


def parsers() -> tuple:
    """What is tried: functions of bytes."""
    from flows import read
    from flows.describe import date_grammar
    from flows.outlets import canonical_urls, dateline, load_registry
    from flows.read import file_kinds, glob_patterns, http_payload, lenient_decoding, warc_stream
    from flows.read.byte_reader import ByteReader
    from flows.read.physical_lines import split_lines
    from flows.workers import batch_processing

    outlets = load_registry()
    folder = Path(tempfile.mkdtemp(prefix="kliping-fuzz-"))

    def whole(data: bytes) -> None:
        (folder / "a").write_bytes(data)
        for batch in read.read_batches(folder):
            outcome = batch_processing.process_batch(batch.documents, "fast")
            assert outcome.articles.num_rows + outcome.rejects.num_rows == batch.documents.num_rows
            assert "crashed" not in outcome.rejects["reason"].to_pylist()

    def answer(data: bytes) -> None:
        made = http_payload.parse_response(data)
        if made is not None:
            with suppress(http_payload.DamagedPayload, http_payload.PayloadTooLarge):
                made.decode_payload(1_000_000)

    def words(data: bytes) -> str:
        return data.decode("utf-8", "replace")

    return (
        lambda data: list(warc_stream.read_records(data, ByteReader(io.BytesIO(b"")), 100_000)),
        answer,
        lambda data: list(split_lines(data, ByteReader(io.BytesIO(b"")), "utf-8", 10_000)),
        lambda data: list(split_lines(data, ByteReader(io.BytesIO(b"")), "utf-16-le", 10_000)),
        lambda data: file_kinds.detect_kind(data, "a.txt", is_complete=True),
        lambda data: (lenient_decoding.decode_leniently(data), lenient_decoding.make_preview(data)),
        lambda data: date_grammar.find_dates(words(data)[:2_000]),
        lambda data: dateline.parse_dateline(words(data).replace("\n", " ")[:400], outlets),
        lambda data: canonical_urls.canonicalize_url(words(data)[:400]),
        lambda data: glob_patterns.split_glob(words(data)[:200]),
        whole,
    )


def main() -> None:
    """Fuzz for so many seconds."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    import atheris

    with atheris.instrument_imports(include=["flows"]):
        tried = parsers()

    def one(data: bytes) -> None:
        if len(data) > 1:
            tried[data[0] % len(tried)](data[1:])

    with tempfile.TemporaryDirectory(prefix="kliping-corpus-") as name:
        texts = mutated_corpus.texts()
        starts = [
            mutated_corpus.warc(texts[:1], 1),
            mutated_corpus.warc(texts[:1], 1)[300:],
            mutated_corpus.jsonl(texts[:3], 1),
            texts[0].encode(),
            b"Jum'at, 27 Oktober 2023 |17:33 WIB",
            b"REPUBLIKA.CO.ID, JAKARTA -- ",
            b"https://a.id/b?utm_source=c",
        ]
        for number in range(len(tried)):
            for n, start in enumerate(starts):
                Path(name, f"{number}-{n}").write_bytes(bytes([number]) + start)
        atheris.Setup(
            [
                sys.argv[0],
                name,
                f"-max_total_time={given.seconds}",
                f"-seed={given.seed}",
                "-max_len=6000",
                "-rss_limit_mb=2000",
                "-timeout=20",
                "-print_final_stats=1",
                "-verbosity=0",
            ],
            one,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
