"""`make ui` with more datasets than are registered before it is ready."""

import time

import pytest

from tests.benchmarks.many_datasets import copy_checkout
from tests.ui.served import Served, eventually

pytestmark = [pytest.mark.flow, pytest.mark.proof]

LINES = 'source = "data"\nschedule = "nightly"\nappend = true\nactive = false\n'


def test_ctrl_c_while_registering_loses_nothing_and_a_dataset_taken_out_is_paused(tmp_path):
    names = [f"kabar-{number:02}" for number in range(60)]
    checkout = copy_checkout(tmp_path / "checkout", [(name, LINES) for name in names])
    served = Served(checkout, tmp_path)
    served.start(300)
    time.sleep(0.5)
    assert served.stop() == 0
    said = served.said.read_text()
    assert said.count("\n") < 15 and "Traceback" not in said and said.endswith("what was published stays.\n")
    assert "deployments are registered meanwhile." in said and "All 65 deployments" not in said
    lines = (checkout / "datasets.toml").read_text().replace(f"[{names[0]}]\n{LINES}", "")
    (checkout / "datasets.toml").write_text(lines)
    served.start(300)
    try:
        eventually(lambda: "All 64 deployments are registered." in served.said.read_text(), 120)
        said = served.said.read_text()
        assert "Paused: kabar-00" in said and "Edited on the page" not in said
        deployments = {each["name"]: each for each in served.api("/deployments/filter", limit=200)}
        assert deployments.keys() >= set(names) and deployments["kabar-00"]["paused"]
        assert not any(deployments[name]["paused"] for name in names[1:])
        for name in ("server", "worker"):
            log = (served.home / "prefect" / f"{name}.log").read_text()
            assert "database is locked" not in log and "Traceback" not in log
    finally:
        assert served.stop() == 0
