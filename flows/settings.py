"""Settings of a process, made before Prefect or Great Expectations is imported: no telemetry, few log lines, memory.

A variable of the environment that the caller has set keeps its value.
"""

import gc
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Event of a run that published or found nothing new: alerts wait for it.
ENDED_WELL = "kliping.run.ended-well"


def set_default_environment(*, show_prefect_logs: bool = False) -> None:
    """Set the defaults in os.environ. With `show_prefect_logs`, Prefect's own log lines stay visible."""
    defaults = {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "GX_ANALYTICS_ENABLED": "false",
        # The embedded API keeps its database in the checkout, so that it never meets another project's.
        "PREFECT_HOME": str(ROOT / ".prefect"),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "240",
    }
    if not show_prefect_logs:
        defaults["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
        if not os.environ.get("PREFECT_API_URL"):
            # The embedded API stops with the process and logs the rows that it then loses as errors.
            defaults["PREFECT_LOGGING_LEVEL"] = "CRITICAL"
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def relax_garbage_collection() -> None:
    """Collect garbage less often: a run makes many objects that stay, and nearly all others go without collection."""
    gc.set_threshold(50_000, 20, 50)


def enter_checkout() -> None:
    """Change to the checkout: the pull step of every run that a worker starts (prefect.yaml)."""
    set_default_environment(show_prefect_logs=True)
    os.chdir(ROOT)
