"""Kliping: from raw scraped news to versioned datasets.

`publish` is the Prefect flow, `run.publish_run` holds the order of its steps, `workers.batch_processing` processes one
batch of documents. The stages are read, clean, describe, validate, dedupe, release and report; each package's docstring
is its contract.
"""

import ctypes
import os
import platform

_M_ARENA_MAX = -8  # of glibc's malloc.h


def limit_allocator_caches() -> None:
    """Let Arrow allocate from the system's allocator, and all threads of this process from one arena of it.

    Arrow's own pool, and an arena for each thread, keep what was freed: together a fifth of the memory of a run. Arrow
    reads the variable once, before its first allocation; an operator's own values stay.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if platform.libc_ver()[0] == "glibc" and "MALLOC_ARENA_MAX" not in os.environ:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


limit_allocator_caches()
