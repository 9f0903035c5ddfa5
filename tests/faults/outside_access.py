"""All the ways in which a form may name what lies outside its roots, tried on the real file system."""

import os
from pathlib import Path

from flows import allowed_roots, read
from flows.parameters import Publish
from tests.faults.payloads import SECRET
from tests.makers import story


def wrong_with_roots(work: Path) -> list[str]:
    """A form that names what lies outside, in all the ways there are."""
    inside, outside = work / "in", work / "luar"
    inside.mkdir()
    (inside / "news").mkdir()
    (inside / "ok.txt").write_text(story(1))
    for name in ("link", "[x]", "a*", "q?", "**"):
        (inside / name).symlink_to(outside)
    (inside / "file.txt").symlink_to(outside / "secret.txt")
    (inside / "tautan").symlink_to(inside / "link")
    (inside / "terbitan").symlink_to(outside)
    places = [
        f"{outside}",
        f"{inside}/../luar",
        f"{inside}/link",
        f"{inside}/link/secret.txt",
        f"{inside}/link/*",
        f"{inside}/lin*/*.txt",
        f"{inside}/[x]",
        f"{inside}/[x]/secret.txt",
        f"{inside}/a*",
        f"{inside}/q?",
        f"{inside}/**",
        f"{inside}/**/secret.txt",
        f"{inside}/*/secret.txt",
        f"{inside}/file.txt",
        f"{inside}/file*",
        f"{inside}/tautan",
        f"{inside}/tautan/*",
        f"file://{outside}",
        f"file:{outside}",
        f"FILE://{outside}",
        f"local://{outside}",
        f"file://{inside}/../luar",
        f"simplecache::file://{outside}",
        f"{inside}::file://{outside}",
        f"zip://*::{outside}/a.zip",
        f"{inside}/%2e%2e/luar",
        f"{inside}/\u2024\u2024/luar",
        f"{inside}/\uff0e\uff0e/luar",
        f"{inside}\u2215..\u2215luar",
        f"{inside}/.. /luar",
        f"{str(inside).upper()}/x",
        f"~/{outside.name}",
        f"$HOME/../{outside}",
        f" {outside}",
        f"{inside}/./../luar",
        f"{inside}//../luar",
        f"{inside}lain",
        f"{inside}/..",
        "/",
        "..",
        ".",
        f"{inside}/x/../../luar",
        f"{inside}/*/../../luar",
        f"{inside}/ok.txt/../../luar",
        "https://kanari.example/x",
        "s3://bucket/newsroom",
        "s3://bucket/news/../rahasia",
        "s3://bucket/news/%2e%2e/rahasia",
        "s3://bucket/news/%2E%2e%2frahasia",
        f"s3://bucket/news/x::file://{outside}",
        "s3://bucket/news@kanari.example/x",
        "github://a:b@/x",
        "memory://x",
        f"dir::file://{outside}",
    ]
    old = os.environ.get("KLIPING_ROOTS")
    os.environ["KLIPING_ROOTS"] = f"{inside},s3://bucket/news"
    wrong = []
    try:
        for place in places:
            if allowed_roots.explain_outside_roots(place) is None:
                if "://" in place or "::" in place:
                    wrong.append(f"roots: a form may name {place}")
                elif SECRET in everything(place):
                    wrong.append(f"roots: a form may read {place}, and gets what lies outside")
        for output, dataset in ((str(inside), "terbitan"), (f"{inside}/link", "news"), (f"{inside}/..", "luar")):
            if Publish(source=str(inside), output=output, dataset=dataset).explain_outside_roots() is None:
                wrong.append(f"roots: a form may write to {output}/{dataset}, which lies outside")
        if allowed_roots.explain_outside_roots(f"{inside}/ok.txt") or allowed_roots.explain_outside_roots(
            "s3://bucket/news/a.gz"
        ):
            wrong.append("roots: what lies inside is refused")
    finally:
        os.environ.pop("KLIPING_ROOTS") if old is None else os.environ.update(KLIPING_ROOTS=old)
    return wrong


def everything(place: str) -> str:
    """All that is read of a source, as words."""
    try:
        batches = list(read.read_batches(place))
    except (read.SourceError, ValueError):
        return ""
    return "".join(str(table.to_pylist()) for batch in batches for table in (batch.documents, batch.rejects))
