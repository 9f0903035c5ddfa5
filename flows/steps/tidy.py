"""The end of a run: what it kept of purged articles goes, and what it did not need, as far as there is too much."""

from collections.abc import Sequence

from flows import outcomes, release
from flows.steps.claims import forget_purged
from flows.steps.working import Working


def tidy(
    dataset: release.Dataset, store: outcomes.Store, working: Working, withdrawn: Sequence[release.Withdrawal]
) -> None:
    """Leave state/ as it is to be found. No row of `working` can be fetched afterwards."""
    outcomes.bound(dataset.state, store, working.used)
    forget_purged(dataset, working, withdrawn)
