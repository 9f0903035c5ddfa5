"""The allocators of a process of Kliping: set when the package is imported, before Arrow is."""

import os
import subprocess
import sys

import pytest

from flows.settings import ROOT

_SHOW_POOL = "import flows, pyarrow; pyarrow.array([1]); print(pyarrow.default_memory_pool().backend_name)"


@pytest.mark.parametrize(("own_value", "pool"), [(None, "system"), ("mimalloc", "mimalloc")])
def test_arrow_allocates_from_the_system_unless_the_operator_names_another_pool(own_value, pool):
    environment = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    environment |= {"ARROW_DEFAULT_MEMORY_POOL": own_value} if own_value else {}
    environment["PYTHONPATH"] = str(ROOT)
    result = subprocess.run([sys.executable, "-c", _SHOW_POOL], env=environment, capture_output=True, text=True)
    assert result.stdout.strip() == pool, result.stderr
