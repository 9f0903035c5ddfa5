"""What a supervised child does: it serves the requests that the supervisor writes to it, a line of JSON each."""

import faulthandler
import gc
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pyarrow as pa

from flows.clean import Effort
from flows.release import ReleaseError
from flows.workers import batch_processing
from flows.workers.function_calls import FunctionCall, run_call
from schemas import stage_tables

_COLLECTION_THRESHOLD: Final = 20_000  # objects made since the last garbage collection
Purpose: TypeAlias = Literal["clean", "call"]  # clean documents, or call a function that cleans none


def serve_requests(seconds: float, purpose: Purpose) -> None:
    """Serve requests: a line of input each, a line of output when done, until the input ends."""
    # The parent handles Ctrl-C. Standard output is redirected so that a library's prints are not taken for answers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    if purpose == "clean":
        batch_processing.process_batch(_build_warmup_rows())
    # Everything loaded so far stays in use; scanning it in each garbage collection would take a tenth of the time. A
    # batch makes many objects and hardly any cycles, so the usual threshold of 700 finds nothing, at 3 % of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTION_THRESHOLD)
    answers.write(b'""\n')
    for line in sys.stdin.buffer:
        arguments = json.loads(line)
        # If the parent has died, this timer ends the child, even while a document blocks the interpreter.
        with Path(os.devnull).open("wb") as null_file:
            faulthandler.dump_traceback_later(seconds + 30, exit=True, file=null_file)
            is_call = len(arguments) == len(FunctionCall._fields)
            failure = _run_call_request(*arguments) if is_call else _run_request(*arguments)
            faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(failure).encode() + b"\n")


def _build_warmup_rows() -> pa.Table:
    """Build a document that makes each stage load its resources before the first timed request."""
    row = dict.fromkeys(("source_id", "source_uri", "identity"), "warming")
    row |= {"raw_sha256": "0" * 64, "media": "text"}
    words = "Hujan turun sejak pagi di Pasar Minggu, kata warga yang menunggu angkutan di tepi jalan raya. " * 3
    return pa.Table.from_pylist([{**row, "raw": words.encode(), "stated": []}], stage_tables.RAW)


def _run_call_request(request: str, answer: str) -> str:
    """Run a call; return a sentence if it failed: the error's own where it is meant for people."""
    try:
        run_call(FunctionCall(Path(request), Path(answer)))
    except ReleaseError as error:
        return str(error)
    except Exception as error:
        traceback.print_exc()
        return f"{type(error).__name__}: {error}. Nothing was published; this is a defect of Kliping, please report it."
    return ""


def _run_request(source: str, part: str, first: int, count: int, html: Effort) -> str:
    """Run a request; return a sentence if something other than a document failed, such as a full disk."""
    try:
        batch_processing.process_rows(Path(source), Path(part), first, count, html)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
