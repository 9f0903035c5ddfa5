"""What reading the same records costs by their format, and whether memory stays bounded.

    python -m tests.benchmarks.read_formats [--records 5000] [--rounds 5] [--publish] [FORMAT ...]
    python -m tests.benchmarks.read_formats --memory 1000 [csv json jsonl]

The first prints, for each format, CPU microseconds a record and how they compare with JSONL: of the read step alone,
or, with --publish, of a whole `kliping publish --direct --workers 1`. Formats take turns, and the least of the rounds
counts, since others may use the machine. The second compares the peak memory of reading a file of 50 MB with that of
one of so many MB. Each reading is a process of its own.
"""

import argparse
import csv
import json
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks.figures.result_file import format_table, take_target, write_result

ROOT = Path(__file__).resolve().parents[2]
SYLLABLES = [consonant + vowel for consonant in "bdgklmnprstw" for vowel in "aiu"]
SMALL_MB = 50
Record = dict[str, str]


def make_records(count: int) -> Iterator[Record]:
    """Make records of some 2.5 KB in invented words, each unlike the others."""
    draw = random.Random(1)
    for number in range(count):
        words = ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(380)]
        sentences = [" ".join(words[at : at + 14]).capitalize() + "." for at in range(0, len(words), 14)]
        text = "\n\n".join(" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3))
        yield {
            "id": f"n{number}",
            "url": f"https://kabar.example.id/{number}/{words[0]}",
            "judul": f'{" ".join(words[1:8]).title()}, "{words[8]}"',
            "penulis": f"{words[9].title()} {words[10].title()}",
            "tanggal": f"2023-09-{number % 28 + 1:02d}T09:15:00+07:00",
            "isi": text,
        }


def write_jsonl(path: Path, records: Iterable[Record]) -> None:
    """Write a record a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def write_json(path: Path, records: Iterable[Record]) -> None:
    """Write one list, wrapped."""
    with path.open("w", encoding="utf-8") as file:
        for number, record in enumerate(records):
            file.write((",\n" if number else '{"articles": [') + json.dumps(record, ensure_ascii=False))
        file.write("]}")


def write_csv(path: Path, records: Iterable[Record]) -> None:
    """Write a table with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for number, record in enumerate(records):
            if not number:
                writer.writerow(record)
            writer.writerow(record.values())


def write_parquet(path: Path, records: Iterable[Record]) -> None:
    """Write Parquet with row groups of 1,000."""
    pq.write_table(pa.Table.from_pylist(list(records)), path, row_group_size=1000)


def write_arrow(path: Path, records: Iterable[Record]) -> None:
    """Write an Arrow file."""
    table = pa.Table.from_pylist(list(records))
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table, max_chunksize=1000)


def write_sqlite(path: Path, records: Iterable[Record]) -> None:
    """Write one table of a database."""
    with sqlite3.connect(path) as database:
        for number, record in enumerate(records):
            if not number:
                database.execute(f"create table berita ({', '.join(f'{name} text' for name in record)})")
            database.execute(f"insert into berita values ({', '.join('?' * len(record))})", tuple(record.values()))
    database.close()


def write_xml(path: Path, records: Iterable[Record]) -> None:
    """Write an element a record."""
    with path.open("w", encoding="utf-8") as file:
        file.write("<items>")
        for record in records:
            file.write("<item>" + "".join(f"<{k}>{escape(v)}</{k}>" for k, v in record.items()) + "</item>\n")
        file.write("</items>")


WRITERS: dict[str, Callable[[Path, Iterable[Record]], None]] = {
    "jsonl": write_jsonl, "json": write_json, "csv": write_csv, "parquet": write_parquet, "arrow": write_arrow,
    "sqlite": write_sqlite, "xml": write_xml,
}  # fmt: skip


def read_source(path: str) -> None:
    """Read a source in this process and print its records, CPU seconds and peak memory."""
    from flows.read import read_batches

    begun = time.process_time()
    count = 0
    for batch in read_batches(path):
        assert not batch.rejects.num_rows, batch.rejects.to_pylist()[0]
        count += batch.documents.num_rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"records": count, "cpu": time.process_time() - begun, "peak_mb": peak / 1024}))


def run_reading(path: Path) -> dict[str, float]:
    """Run `read_source` in a process of its own; returns what it prints."""
    command = [sys.executable, "-m", "tests.benchmarks.read_formats", "--read", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def run_publish(path: Path, records: int) -> dict[str, float]:
    """Publish a source into a new folder; returns its records and the CPU seconds of all its processes."""
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, "-m", "flows.cli", "publish", str(path), "--output", output, "--direct"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*command, "--workers", "1"], cwd=ROOT, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["chmod", "-R", "u+w", output], check=True)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"records": records, "cpu": cpu}


def compare_formats(formats: list[str], records: int, rounds: int, *, publish: bool) -> dict[str, float]:
    """Print CPU microseconds a record by format, and the ratio to JSONL; return the microseconds."""
    least: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in formats:
            WRITERS[name](Path(folder, f"berita.{name}"), make_records(records))
        for _ in range(rounds):
            for name in formats:
                path = Path(folder, f"berita.{name}")
                measured = run_publish(path, records) if publish else run_reading(path)
                assert measured["records"] == records, (name, measured)
                least[name] = min(least.get(name, 1e9), measured["cpu"] / records * 1e6)
    for name in formats:
        print(f"{name:8} {least[name]:8.1f} microseconds a record   {least[name] / least['jsonl']:.3f} of JSONL")
    return least


def compare_memory(formats: list[str], megabytes: int) -> None:
    """Print the peak memory of reading a small and a large file of the same records."""
    # Long texts: what a record costs beside its bytes is not asked here.
    few = [{**record, "isi": "\n\n".join([record["isi"]] * 10)} for record in make_records(200)]
    for name in formats:
        peaks: list[float] = []
        for size in (SMALL_MB, megabytes):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, f"berita.{name}")
                repeats = size * 1_000_000 // sum(len(record["isi"]) + 300 for record in few)
                WRITERS[name](path, (record for _ in range(repeats) for record in few))
                measured = run_reading(path)
                peaks.append(measured["peak_mb"])
                print(f"{name:8} {path.stat().st_size / 1e6:8,.0f} MB: peak {measured['peak_mb']:,.0f} MB")
        print(f"{name:8} {peaks[1] - peaks[0]:+,.0f} MB")


def main() -> None:
    """Parse the command line."""
    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", nargs="*", choices=[*WRITERS, []])
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--publish", action="store_true")
    parser.add_argument("--memory", type=int, metavar="MB")
    parser.add_argument("--read", metavar="PATH", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_source(options.read)
    elif options.memory:
        compare_memory(options.formats or ["csv", "json"], options.memory)
    else:
        formats = ["jsonl", *(name for name in options.formats or WRITERS if name != "jsonl")]
        least = compare_formats(formats, options.records, options.rounds, publish=options.publish)
        rows = [[name, f"{cost:,.0f}", f"{cost / least['jsonl']:.2f}"] for name, cost in least.items()]
        table = format_table(["format", "CPU microseconds a record", "of JSONL"], rows)
        size = f"{options.records:,} records, the least of {options.rounds} rounds"
        write_result(target, size, {"table": table}, least)


if __name__ == "__main__":
    main()
