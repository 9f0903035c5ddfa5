"""Training of a ConvNet in torch: of the line classifier and of the block classifier. Same bytes on one machine.

train_net(examples, vocabulary_hashes, settings) -> arrays by name, for ConvNet.from_arrays
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from flows.clean.lines.rolling_hash import compute_slots
from flows.clean.models.conv_net import CLIP, DILATIONS, POOLING_DILATION
from flows.clean.models.word_vectors import WordVectors

CHANNELS = 32
LEARNING_RATE = 3e-3
PADDING_ROWS = 16
WORD_DECAY = 0.1
WORD_DROPOUT, WORDLESS_SHARE = 0.1, 0.2  # of the words, and of the texts that are read without their words
MIN_WORD_PAGES = 15  # in which a word of the vocabulary stands
BLANK_SHARE = 0.3  # of the texts that are read without the columns of blank lines


class NetExample(Protocol):
    """Text with its training targets; arrays have one row per line or block.

    With word vectors also `words`, the hashes of the first words of all rows, and `word_counts`, how many each row has.
    """

    features: np.ndarray
    labels: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class NetSettings:
    """Sizes and length of a training. `blank_columns` are features that some texts lack: those of blank lines."""

    hidden_width: int
    epochs: int
    batch_rows: int
    blank_columns: tuple[int, ...] = ()
    word_width: int = 0  # of the vector of a word; 0: the net does not read words
    has_pooling: bool = False
    seeds: tuple[int, ...] = (1,)  # of the random start of each member


def build_vocabulary(pages: Iterable[tuple[str, np.ndarray]]) -> np.ndarray:
    """Build the sorted hashes of the words that stand in at least MIN_WORD_PAGES pages, from (page id, hashes)."""
    words_by_page: dict[str, list[np.ndarray]] = {}
    for page_id, words in pages:
        words_by_page.setdefault(page_id, []).append(np.unique(words))
    page_words = np.concatenate([np.unique(np.concatenate(lists)) for lists in words_by_page.values()])
    hashes, page_counts = np.unique(page_words, return_counts=True)
    hashes = hashes[page_counts >= MIN_WORD_PAGES]
    _, firsts = np.unique(compute_slots(hashes), return_index=True)
    return hashes[np.sort(firsts)]


def train_net(
    examples: Sequence[NetExample], vocabulary_hashes: np.ndarray, settings: NetSettings
) -> dict[str, np.ndarray]:
    """Train the members of the net on these texts and return its weights by array name."""
    members = [_train_member(examples, vocabulary_hashes, settings, seed) for seed in settings.seeds]
    if len(members) == 1:
        return members[0]
    shared = ("mean", "scale", "word_hashes")
    return {
        name: value if name in shared else np.stack([member[name] for member in members])
        for name, value in members[0].items()
    }


def _train_member(
    examples: Sequence[NetExample], vocabulary_hashes: np.ndarray, settings: NetSettings, seed: int
) -> dict[str, np.ndarray]:
    """Train the net from one random start and return its weights by array name."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    all_features = np.concatenate([example.features for example in examples]).astype(np.float32)
    mean, std = all_features.mean(0), all_features.std(0)
    scale = (1 / np.maximum(std, 1e-3)).astype(np.float32)
    del all_features
    vocabulary = WordVectors.from_arrays(vocabulary_hashes, np.zeros((0, settings.word_width), np.float32))
    word_rows = [vocabulary.look_up(example.words) for example in examples] if settings.word_width else []
    feature_count = len(mean)

    class Model(torch.nn.Module):
        """Torch twin of ConvNet, with three more outputs for the zone: before, in or after the article."""

        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = (
                torch.nn.Linear(feature_count + settings.word_width, settings.hidden_width),
                torch.nn.Linear(settings.hidden_width, CHANNELS),
            )
            self.taps = torch.nn.ModuleList(torch.nn.Linear(3 * CHANNELS, CHANNELS) for _ in DILATIONS)
            self.mix = torch.nn.ModuleList(torch.nn.Linear(CHANNELS, CHANNELS) for _ in DILATIONS)
            self.out = torch.nn.Linear(CHANNELS, 4)
            self.pool = torch.nn.Linear(2 * CHANNELS, CHANNELS) if settings.has_pooling else None
            self.vectors = torch.nn.Parameter(torch.zeros(len(vocabulary.hashes), settings.word_width))

        def forward(
            self,
            x: torch.Tensor,
            mask: torch.Tensor,
            rows: torch.Tensor,
            starts: torch.Tensor,
            shares: torch.Tensor,
            texts: torch.Tensor,
        ) -> torch.Tensor:
            """Return four logits per row: kept, and the three zones. `texts` numbers the text of each row."""
            if settings.word_width:
                words = torch.nn.functional.embedding_bag(
                    rows, self.vectors, starts, mode="sum", per_sample_weights=shares
                )
                x = torch.cat((x, words), 1)
            x = torch.relu(self.first(x))
            x = torch.relu(self.second(x)) * mask
            for dilation, taps, mix in zip(DILATIONS, self.taps, self.mix, strict=True):
                if self.pool is not None and dilation == POOLING_DILATION:
                    x = (x + self.pool(pool_texts(x, mask, texts))[texts]) * mask
                pad = torch.nn.functional.pad(x, (0, 0, dilation, dilation))
                near = torch.cat((pad[: len(x)], x, pad[2 * dilation :]), 1)
                step = torch.nn.functional.dropout(torch.relu(taps(near)), 0.1, self.training)
                x = (x + mix(step)) * mask
            return self.out(x)

    def pool_texts(x: torch.Tensor, mask: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        """Return the mean and the maximum, at least 0, of the rows of each text: shape (texts, 2 * channels)."""
        count = int(texts[-1]) + 1
        row_counts = torch.zeros(count, 1).index_add(0, texts, mask)
        mean = torch.zeros(count, CHANNELS).index_add(0, texts, x * mask) / row_counts.clamp(min=1)
        most = torch.zeros(count, CHANNELS).scatter_reduce(
            0, texts[:, None].expand(-1, CHANNELS), x * mask, "amax", include_self=True
        )
        return torch.cat((mean, most), 1)

    model = Model()
    averaged = {name: value.clone() for name, value in model.state_dict().items()}
    layers = [value for name, value in model.named_parameters() if name != "vectors"]
    optimiser = torch.optim.AdamW(
        [{"params": layers}, {"params": [model.vectors], "weight_decay": WORD_DECAY}],
        lr=LEARNING_RATE,
        weight_decay=1e-2,
    )
    rng = np.random.default_rng(seed)
    row_total = sum(len(example.labels) + PADDING_ROWS for example in examples)
    steps, step = int(settings.epochs * row_total / settings.batch_rows) + settings.epochs, 0
    gaps = list(settings.blank_columns)
    for epoch in range(settings.epochs):
        started = time.monotonic()
        losses = []
        queue = rng.permutation(len(examples)).tolist()
        while queue:
            x, y, w, m, total = [], [], [], [], 0
            rows, row_lines, shares, texts = [], [], [], []
            while queue and total < settings.batch_rows:
                number = queue.pop()
                example = examples[number]
                count = len(example.labels)
                features = (example.features.astype(np.float32) - mean) * scale
                if rng.random() < BLANK_SHARE and gaps:
                    features[:, gaps] = (0 - mean[gaps]) * scale[gaps]
                zones = _label_zones(example.labels)
                if settings.word_width and rng.random() >= WORDLESS_SHARE:
                    vocabulary_rows, places = word_rows[number]
                    is_read = rng.random(len(vocabulary_rows)) >= WORD_DROPOUT
                    places = places[is_read]
                    lines_of_words = np.searchsorted(np.cumsum(example.word_counts), places, side="right")
                    rows.append(vocabulary_rows[is_read])
                    row_lines.append(lines_of_words + total)
                    shares.append(1 / example.word_counts[lines_of_words])
                for column, value in ((x, features), (y, np.stack((example.labels, zones), 1))):
                    column.append(np.pad(value, ((0, PADDING_ROWS), (0, 0))))
                w.append(np.pad(example.weights, (0, PADDING_ROWS)))
                m.append(np.pad(np.ones(count), (0, PADDING_ROWS)))
                texts.append(np.full(count + PADDING_ROWS, len(texts)))
                total += count + PADDING_ROWS
            rate = LEARNING_RATE * min(1, step / 50) * 0.5 * (1 + np.cos(np.pi * min(step / steps, 1)))
            for group in optimiser.param_groups:
                group["lr"] = rate + 1e-5
            batch = torch.from_numpy(np.clip(np.concatenate(x), -CLIP, CLIP).astype(np.float32))
            is_dropped = torch.from_numpy(rng.random((len(batch) // 64 + 1, feature_count)) < 0.08)
            batch = batch.masked_fill(is_dropped.repeat_interleave(64, 0)[: len(batch)], 0.0)
            target = torch.from_numpy(np.concatenate(y).astype(np.int64))
            weight = torch.from_numpy(np.concatenate(w).astype(np.float32))
            mask = torch.from_numpy(np.concatenate(m).astype(np.float32))[:, None]
            row_lines = np.concatenate([np.zeros(0, np.int64), *row_lines])
            starts = torch.from_numpy(np.searchsorted(row_lines, np.arange(len(batch))))
            shares = torch.from_numpy(np.concatenate([np.zeros(0), *shares]).astype(np.float32))
            rows = torch.from_numpy(np.concatenate([np.zeros(0, np.int64), *rows]))
            output = model(batch, mask, rows, starts, shares, torch.from_numpy(np.concatenate(texts)))
            keep_loss = torch.nn.functional.binary_cross_entropy_with_logits(
                output[:, 0], target[:, 0].float(), reduction="none"
            )
            zone_loss = torch.nn.functional.cross_entropy(output[:, 1:], target[:, 1], reduction="none")
            loss = ((keep_loss + 0.3 * zone_loss) * weight).sum() / weight.sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            decay = 0.0 if step < steps // 2 else 0.997
            for name, value in model.state_dict().items():
                averaged[name].mul_(decay).add_(value, alpha=1 - decay)
            losses.append(float(loss.detach()))
        print(f"epoch {epoch} loss {np.mean(losses):.4f} {time.monotonic() - started:.0f} s", flush=True)
    state = {name: value.numpy() for name, value in averaged.items()}
    arrays = {"mean": mean.astype(np.float32), "scale": scale, **_name_arrays(state)}
    if settings.word_width:
        arrays |= {"word_hashes": vocabulary.hashes, "word_vectors": state["vectors"]}
    return arrays


def _label_zones(labels: np.ndarray) -> np.ndarray:
    """Return the zone of each row: 0 before, 1 within, 2 after the article (all of a text without one)."""
    zones = np.ones(len(labels), np.int64)
    article_rows = np.flatnonzero(labels)
    if len(article_rows):
        zones[: article_rows[0]], zones[article_rows[-1] + 1 :] = 0, 2
    else:
        zones[:] = 2
    return zones


def _name_arrays(state: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the layers of the model by the names that ConvNet reads."""
    arrays = {}
    for layer in ("first", "second"):
        arrays[layer], arrays[f"{layer}_bias"] = state[f"{layer}.weight"].T, state[f"{layer}.bias"]
    for index, dilation in enumerate(DILATIONS):
        for part in ("taps", "mix"):
            arrays[f"{part}{dilation}"] = state[f"{part}.{index}.weight"].T
            arrays[f"{part}{dilation}_bias"] = state[f"{part}.{index}.bias"]
    if "pool.weight" in state:
        arrays["pool"], arrays["pool_bias"] = state["pool.weight"].T, state["pool.bias"]
    arrays["out"], arrays["out_bias"] = state["out.weight"][:1].T, state["out.bias"][:1]
    return {name: np.ascontiguousarray(value, np.float32) for name, value in arrays.items()}
