"""The py3langid model, unpacked once: all processes map its 97 MB from disk, instead of each unpacking them.

The arrays lie in a folder beside the byte code of this module, named after the digest of the packed model, and are
derived like byte code: put in place by rename, and made anew where they are missing or cannot be read. Where byte code
may not be written, the model is unpacked as py3langid does.
"""

import hashlib
import importlib.util
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

_DIGEST_DIGITS: Final = 16


class ModelArrays(NamedTuple):
    """Arrays of the model: feature weights, class weights, class codes, automaton, its rows, feature of each state."""

    ptc: NDArray[np.float32]
    pc: NDArray[np.float32]
    classes: NDArray[np.str_]
    nextmove: NDArray[np.uint32]
    row: NDArray[np.uint16]
    output: NDArray[np.int32]


def load_model_arrays(packed_model: Path) -> ModelArrays:
    """Load the arrays of a packed model: mapped where they were unpacked before. Raises OSError."""
    folder = locate_unpacked_model(packed_model)
    try:
        return _map_arrays(folder)
    except (OSError, ValueError):  # none, or one that is no array file of its length
        arrays = unpack_model(packed_model)
    if not sys.dont_write_bytecode:
        with suppress(OSError):
            _store_arrays(arrays, folder)
    return arrays


def locate_unpacked_model(packed_model: Path) -> Path:
    """Return the folder of the unpacked arrays of a model."""
    digest = hashlib.sha256(packed_model.read_bytes()).hexdigest()[:_DIGEST_DIGITS]
    return Path(importlib.util.cache_from_source(__file__)).with_name(f"wide-language-model-{digest}")


def unpack_model(packed_model: Path) -> ModelArrays:
    """Unpack a model by py3langid; its half-precision weights are widened here, not in the product of each sample."""
    from py3langid import modelio

    ptc, pc, classes, nextmove, row, output = modelio.load_model(packed_model)
    arrays: list[Any] = [
        np.asarray(ptc, np.float32),
        pc,
        np.array(classes),
        np.asarray(nextmove),
        np.asarray(row),
        np.array(output, np.int32),
    ]
    return ModelArrays(*arrays)


def _map_arrays(folder: Path) -> ModelArrays:
    """Map the arrays of a folder. Raises OSError or ValueError."""
    return ModelArrays(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ModelArrays._fields))


def _store_arrays(arrays: ModelArrays, folder: Path) -> None:
    """Write arrays as a folder that is complete once it has its name. Raises OSError."""
    partial = folder.with_name(f".{folder.name}.{uuid4().hex[:12]}")
    partial.mkdir(parents=True)
    try:
        for name, values in zip(ModelArrays._fields, arrays, strict=True):
            with (partial / f"{name}.npy").open("wb") as file:
                np.save(file, np.asarray(values))
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():  # damaged, or made by another process meanwhile
            shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
