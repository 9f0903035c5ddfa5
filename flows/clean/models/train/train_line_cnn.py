"""Train the text model on the evaluation sets: the same bytes on the same machine and lock.

    python -m flows.clean.models.train.train_line_cnn CACHE

Each page is learned in many shapes (renderings.py), each line's label is whether its words stand in the gold text.
It writes CACHE/net-0.npz ... net-4.npz, each learned without the sites of its fold, on which bench-quality measures it,
then flows/clean/models/line_cnn.npz and net.json from all of them. About half an hour on one core.
"""

import argparse
import gzip
import hashlib
import inspect
import json
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flows.clean.lines.line_table import Line, sheet
from flows.clean.lines.word_table import tokens
from flows.clean.models.line_cnn import CLIP, DILATIONS, Net, summary
from flows.clean.models.train import renderings
from flows.clean.models.train.evaluation_sets import FOLDS, fold, rows
from flows.clean.models.train.renderings import DUMPS
from flows.clean.rules.cues import general
from flows.clean.text.line_features import PROSE_WORDS, WIDTH, line_features

CHANNELS, WIDE = 32, 48
EPOCHS, PACK, RATE = 10, 4096, 3e-3
GUARD = 16
RIDGE = 30.0
HOME = 10.0  # the weight of a page of the language this is for, of which there are few
SURE = 0.9  # of the pages without an article, that the summary alone must not call one
JUDGED = ("visible", "resiliparse", "crop", "nodes")
SHIPPED = Path("flows/clean/models/line_cnn.npz")
SOURCES = ("text/line_features.py", "lines/word_table.py", "lines/line_table.py", "rules/cues.toml", "rules/words.toml")
_WORDS = re.compile(r"\w+")


@dataclass(slots=True)
class Document:
    """One text to learn from. `gold` is None for a page without an article."""

    id: str
    kind: str  # dump | extract | listing
    shape: str
    fold: int
    text: str
    gold: str | None
    weight: float
    labels: np.ndarray | None = None
    weights: np.ndarray | None = None
    features: np.ndarray | None = None


def labels(lines: Sequence[str], gold: str) -> np.ndarray:
    """Which lines are the article's: half of their 4-grams stand in the gold; shorter ones as a whole line of it."""
    words = _WORDS.findall(gold)
    grams = {tuple(words[i : i + 4]) for i in range(max(len(words) - 3, 0))}
    whole = {tuple(_WORDS.findall(line)) for line in gold.split("\n")}
    found = np.zeros(len(lines), np.int8)
    for index, line in enumerate(lines):
        own = _WORDS.findall(line)
        if len(own) >= 4:
            hits = sum(tuple(own[i : i + 4]) in grams for i in range(len(own) - 3))
            found[index] = 2 * hits >= len(own) - 3
        else:
            found[index] = tuple(own) in whole if own else -1
            if not found[index]:
                found[index] = -1
    known = found >= 0
    for index in np.flatnonzero(~known):
        above, below = found[:index][known[:index]], found[index + 1 :][known[index + 1 :]]
        found[index] = bool(len(above) and len(below) and above[-1] and below[0])
    return found


def documents(cache: Path) -> list[Document]:
    """Every text to learn from."""
    with gzip.open(cache / "renderings.jsonl.gz", "rt", encoding="utf-8") as file:
        shapes = {row["id"]: row["shapes"] for row in map(json.loads, file)}
    extracted = {row["id"].removesuffix("-extracted"): row["raw_text"] for row in rows("web-extracted")}
    found: list[Document] = []
    for name in ("id-html", "web-pages"):
        for row in rows(name):
            gold, at = row["gold"]["text"], fold(row["url"])
            if not gold or row["gold"].get("body_gold_quality", "good") != "good":
                continue
            chance = random.Random(row["id"])
            boost = 4.0 if name == "id-html" else 2.0 if row["set"] == "fundus" else 1.0
            texts = {"visible": row["raw_text"], **shapes[row["id"]]}
            if row["id"] in extracted:
                texts["extracted"] = extracted[row["id"]]
            lines = [line for line in row["raw_text"].split("\n") if line.strip()]
            paragraphs = gold.split("\n")
            texts["gold"] = gold
            texts["gold-residue"] = _with_residue(paragraphs, lines, gold, chance)
            cut = chance.randrange(len(lines) // 4 + 1), len(lines) - chance.randrange(len(lines) // 4 + 1)
            texts["crop"] = "\n".join(lines[cut[0] : cut[1]])
            for shape, text in texts.items():
                dump = shape in DUMPS or shape == "crop"
                weight = boost * (2.0 if shape == "visible" else 1.0)
                found.append(Document(row["id"], "dump" if dump else "extract", shape, at, text, gold, weight))
    for row in rows("id-lines"):
        if row["gold"]["text"]:
            at = fold(row["url"])
            found.append(Document(row["id"], "extract", "extracted", at, row["raw_text"], row["gold"]["text"], 2.0))
    for row in rows("not-articles"):
        if row["raw_text"]:
            at = fold(row["url"] or row["id"])
            found.append(Document(row["id"], "listing", "visible", at, row["raw_text"], None, 0.5))
    return found


def _with_residue(paragraphs: list[str], lines: list[str], gold: str, chance: random.Random) -> str:
    """The gold with a few lines of the page's own clutter in it."""
    clutter = [line.strip() for line in lines if line.strip() not in gold]
    result = list(paragraphs)
    for line in chance.sample(clutter, min(len(clutter), chance.randint(1, 4))):
        result.insert(chance.choice((0, len(result), chance.randrange(len(result) + 1))), line)
    return "\n".join(result)


def prepare(docs: list[Document]) -> None:
    """Give each document its labels, weights and figures."""
    cues = general()
    for start in range(0, len(docs), 16):
        part = docs[start : start + 16]
        table = sheet([doc.text for doc in part])
        figures = line_features(table, tokens(table), [cues.name(lines) for lines in table.lines])
        for index, doc in enumerate(part):
            low, high = table.first[index], table.first[index + 1]
            words = table.words[low:high]
            doc.features = figures[low:high].astype(np.float16)
            if doc.gold is None:
                doc.labels = np.zeros(high - low, np.int8)
                doc.weights = doc.weight * (200 * words / max(words.sum(), 1) + 0.5)
            else:
                doc.labels = labels([line.text for line in table.lines[index]], doc.gold)
                size = max(len(doc.gold.split()), 1) * max(words.sum(), 1)
                doc.weights = doc.weight * (200 * words / np.sqrt(size) + 2)


def fit(docs: list[Document], seed: int = 1, epochs: int = EPOCHS) -> dict[str, np.ndarray]:
    """The net's weights, learned from these documents."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    everything = np.concatenate([doc.features for doc in docs]).astype(np.float32)
    mean, std = everything.mean(0), everything.std(0)
    scale = (1 / np.maximum(std, 1e-3)).astype(np.float32)
    del everything

    class Model(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = torch.nn.Linear(WIDTH, WIDE), torch.nn.Linear(WIDE, CHANNELS)
            self.taps = torch.nn.ModuleList(torch.nn.Linear(3 * CHANNELS, CHANNELS) for _ in DILATIONS)
            self.mix = torch.nn.ModuleList(torch.nn.Linear(CHANNELS, CHANNELS) for _ in DILATIONS)
            self.out = torch.nn.Linear(CHANNELS, 4)

        def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            x = torch.relu(self.first(x))
            x = torch.relu(self.second(x)) * mask
            for dilation, taps, mix in zip(DILATIONS, self.taps, self.mix, strict=True):
                pad = torch.nn.functional.pad(x, (0, 0, dilation, dilation))
                near = torch.cat((pad[: len(x)], x, pad[2 * dilation :]), 1)
                step = torch.nn.functional.dropout(torch.relu(taps(near)), 0.1, self.training)
                x = (x + mix(step)) * mask
            return self.out(x)

    model = Model()
    averaged = {name: value.clone() for name, value in model.state_dict().items()}
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-2)
    order = np.random.default_rng(seed)
    lines = sum(len(doc.labels) + GUARD for doc in docs)
    steps, step = int(epochs * lines / PACK) + epochs, 0
    gaps = [29, 30, WIDTH - 2]
    for epoch in range(epochs):
        begun = time.monotonic()
        losses = []
        queue = order.permutation(len(docs)).tolist()
        while queue:
            x, y, w, m, total = [], [], [], [], 0
            while queue and total < PACK:
                doc = docs[queue.pop()]
                count = len(doc.labels)
                own = (doc.features.astype(np.float32) - mean) * scale
                if order.random() < 0.3:
                    own[:, gaps] = (0 - mean[gaps]) * scale[gaps]
                inside = np.flatnonzero(doc.labels)
                zone = np.ones(count, np.int64)
                if len(inside):
                    zone[: inside[0]], zone[inside[-1] + 1 :] = 0, 2
                else:
                    zone[:] = 2
                for column, value in ((x, own), (y, np.stack((doc.labels, zone), 1))):
                    column.append(np.pad(value, ((0, GUARD), (0, 0))))
                w.append(np.pad(doc.weights, (0, GUARD)))
                m.append(np.pad(np.ones(count), (0, GUARD)))
                total += count + GUARD
            rate = RATE * min(1, step / 50) * 0.5 * (1 + np.cos(np.pi * min(step / steps, 1)))
            for group in optimiser.param_groups:
                group["lr"] = rate + 1e-5
            batch = torch.from_numpy(np.clip(np.concatenate(x), -CLIP, CLIP).astype(np.float32))
            blank = torch.from_numpy(order.random((len(batch) // 64 + 1, WIDTH)) < 0.08)
            batch = batch.masked_fill(blank.repeat_interleave(64, 0)[: len(batch)], 0.0)
            target = torch.from_numpy(np.concatenate(y).astype(np.int64))
            weight = torch.from_numpy(np.concatenate(w).astype(np.float32))
            mask = torch.from_numpy(np.concatenate(m).astype(np.float32))[:, None]
            got = model(batch, mask)
            keep = torch.nn.functional.binary_cross_entropy_with_logits(
                got[:, 0], target[:, 0].float(), reduction="none"
            )
            zone_loss = torch.nn.functional.cross_entropy(got[:, 1:], target[:, 1], reduction="none")
            loss = ((keep + 0.3 * zone_loss) * weight).sum() / weight.sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            decay = 0.0 if step < steps // 2 else 0.997
            for name, value in model.state_dict().items():
                averaged[name].mul_(decay).add_(value, alpha=1 - decay)
            losses.append(float(loss.detach()))
        print(f"epoch {epoch} loss {np.mean(losses):.4f} {time.monotonic() - begun:.0f} s", flush=True)
    got = {name: value.numpy() for name, value in averaged.items()}
    result = {"mean": mean.astype(np.float32), "scale": scale}
    for ours, theirs in (("first", "first"), ("second", "second")):
        result[ours], result[f"{ours}_bias"] = got[f"{theirs}.weight"].T, got[f"{theirs}.bias"]
    for index, dilation in enumerate(DILATIONS):
        for part in ("taps", "mix"):
            result[f"{part}{dilation}"] = got[f"{part}.{index}.weight"].T
            result[f"{part}{dilation}_bias"] = got[f"{part}.{index}.bias"]
    result["out"], result["out_bias"] = got["out.weight"][:1].T, got["out.bias"][:1]
    return {name: np.ascontiguousarray(value, np.float32) for name, value in result.items()}


def logistic(x: np.ndarray, y: np.ndarray, w: np.ndarray, ridge: float) -> np.ndarray:
    """Weights of a logistic regression (Newton's method), the last for nothing."""
    x = np.concatenate((x, np.ones((len(x), 1))), 1).astype(np.float64)
    b = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ b))
        step = np.linalg.solve(
            (x * (w * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(b)), x.T @ (w * (p - y)) + ridge * b
        )
        b -= step
        if np.abs(step).max() < 1e-8:
            break
    return b


def regime(docs: list[Document], weights: dict[str, np.ndarray]) -> np.ndarray:
    """Tells extracts from dumps by the mean of their lines' figures."""
    mean, scale = weights["mean"], weights["scale"]
    x = np.array([np.clip((doc.features.astype(np.float32) - mean) * scale, -CLIP, CLIP).mean(0) for doc in docs])
    y = np.array([doc.kind == "extract" for doc in docs], float)
    w = np.array([3.0 if doc.shape in ("visible", "extracted") else 1.0 for doc in docs])
    return logistic(x, y, w, 1.0).astype(np.float32)


def told(doc: Document, weights: dict[str, np.ndarray]) -> np.ndarray:
    """The summary of a document by these weights."""
    figures = doc.features.astype(np.float32)
    net = as_net(weights)
    standard = net.standard(figures)
    words = np.rint(np.expm1(figures[:, 1]))
    return summary(net.scores(standard), words, (words >= PROSE_WORDS) & (figures[:, 4] > 0.5))


def first_look(lines: Sequence[Line], scores: np.ndarray, net: Net) -> float:
    """What the summary of a page alone says, as flows.clean.text.body_lines asks it."""
    words = np.array([line.words for line in lines], np.float32)
    return net.article(summary(scores, words, np.array([line.words >= PROSE_WORDS and line.ends for line in lines])))


def judge(docs: list[Document], summaries: np.ndarray) -> np.ndarray:
    """Tells pages that surely hold an article from those in doubt, among which are nine tenths of those without."""
    home = {row["id"] for row in rows("id-html")}
    y = np.array([doc.kind != "listing" for doc in docs], float)
    mean, scale = summaries.mean(0), 1 / (summaries.std(0) + 1e-6)
    x = np.clip((summaries - mean) * scale, -CLIP, CLIP)
    w = np.where(y == 0, 0.3 * (y == 1).sum() / max((y == 0).sum(), 1), 1.0)
    w *= [HOME if doc.id in home else 1.0 for doc in docs]
    folds = np.array([doc.fold for doc in docs])
    unseen = np.zeros(len(docs))
    for each in sorted(set(folds.tolist())):
        b = logistic(x[folds != each], y[folds != each], w[folds != each], RIDGE)
        unseen[folds == each] = x[folds == each] @ b[:-1] + b[-1]
    b = logistic(x, y, w, RIDGE)
    b[-1] -= np.quantile(unseen[y == 0], SURE)  # a page is in doubt below this
    return np.stack((np.append(mean, 0), np.append(scale, 0), b)).astype(np.float32)


def as_net(weights: dict[str, np.ndarray]) -> Net:
    """The weights as the product takes them, a regime and a judge still to be learned."""
    empty = {"regime": np.zeros(WIDTH + 1, np.float32), "judge": np.zeros((3, 1), np.float32)}
    return Net.of({**empty, **weights})


def learned(docs: list[Document], fold: int | None, cache: Path) -> dict[str, np.ndarray]:
    """The net's weights without this fold, kept in the cache by what they depend on."""
    import torch

    seen = hashlib.blake2b(digest_size=8)
    for part in (documents, _with_residue, labels, prepare, fit):
        seen.update(inspect.getsource(part).encode())
    for name in SOURCES:
        seen.update((Path("flows/clean") / name).read_bytes())
    seen.update((cache / "renderings.jsonl.gz").read_bytes()[:1_000_000])
    seen.update(f"{fold} {EPOCHS} {torch.__version__}".encode())
    path = cache / f"fit-{'all' if fold is None else fold}-{seen.hexdigest()}.npz"
    if not path.exists():
        weights = fit([doc for doc in docs if doc.fold != fold])
        np.savez(path.with_suffix(".part.npz"), **weights)
        path.with_suffix(".part.npz").rename(path)
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def main() -> None:
    """Train a net without each fold, from these the judge, then the net that is shipped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    cache = parser.parse_args().cache
    if not (cache / "renderings.jsonl.gz").exists():
        renderings.main(cache)
    docs = documents(cache)
    prepare(docs)
    nets = {number: learned(docs, number, cache) for number in range(FOLDS)}
    pages = [doc for doc in docs if doc.shape in JUDGED]
    # Each page as a net saw it that had not learned from it.
    summaries = np.array([told(doc, nets[doc.fold]) for doc in pages], np.float64)
    for number, weights in nets.items():
        others = [doc for doc in docs if doc.fold != number]
        seen = [index for index, doc in enumerate(pages) if doc.fold != number]
        weights["regime"] = regime(others, weights)
        weights["judge"] = judge([pages[index] for index in seen], summaries[seen])
        np.savez(cache / f"net-{number}.npz", **weights)
    weights = learned(docs, None, cache)
    weights["regime"], weights["judge"] = regime(docs, weights), judge(pages, summaries)
    np.savez(SHIPPED, **weights)
    record = {
        "made_by": "python -m flows.clean.models.train.train_line_cnn (make train-text)",
        "trained_on": dict(sorted(Counter(f"{doc.kind}: {doc.shape}" for doc in docs).items())),
        "pages": len({doc.id for doc in docs}),
        "lines": sum(len(doc.labels) for doc in docs),
        "sources": "web-pages, web-extracted, id-html, id-lines, not-articles of the evaluation sets; see NOTICE",
        "settings": {"epochs": EPOCHS, "rate": RATE, "pack": PACK, "channels": CHANNELS, "sure": SURE},
        "weights": int(sum(value.size for value in weights.values())),
        "blake2b": hashlib.blake2b(SHIPPED.read_bytes(), digest_size=16).hexdigest(),
    }
    SHIPPED.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
