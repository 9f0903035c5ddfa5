"""How many documents a second of one core clean/ takes, rules included: typical texts, and dumps of 16 KB.

python -m tests.bench.speed
"""

import time

import pyarrow as pa

from flows.clean import clean
from schemas.stages import RAW
from tests.bench.sets import rows

TAKEN = 200


def nearest(texts: list[str], size: int) -> list[str]:
    """The texts whose length is nearest to this."""
    return sorted(texts, key=lambda text: abs(len(text) - size))[:TAKEN]


def table(texts: list[str]) -> pa.Table:
    """Texts as rows of RAW."""
    same = {"source_uri": "x", "raw_sha256": "0", "media": "text", "identity": "x", "stated": []}
    row = dict.fromkeys(RAW.names) | same
    made = [row | {"source_id": str(n), "raw": text.encode("utf-8", "replace")} for n, text in enumerate(texts)]
    return pa.Table.from_pylist(made, RAW)


def main() -> None:
    """Print the best of three runs, in seconds of this process."""
    extracted = [row["raw_text"] for name in ("id-lines", "id-meta", "web-extracted") for row in rows(name)]
    typical = [text for text in extracted if text and 25 <= text.count("\n") <= 55]
    dumps = [row["raw_text"] for row in rows("web-pages")]
    for name, texts in (("typical texts", nearest(typical, 3_000)), ("dumps", nearest(dumps, 16_000))):
        raw = table(texts)
        clean(raw.slice(0, 10))
        best = float("inf")
        for _ in range(3):
            begun = time.process_time()
            for start in range(0, len(texts), 100):
                clean(raw.slice(start, 100))
            best = min(best, time.process_time() - begun)
        size = sum(map(len, texts)) // len(texts)
        print(f"{name}: {len(texts)} of {size:,} characters, {len(texts) / best:,.0f} a second of one core")


if __name__ == "__main__":
    main()
