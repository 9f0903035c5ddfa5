"""Build backend: setuptools, but for wheels: Kliping is an application that runs from its checkout."""

from typing import NoReturn

from setuptools.build_meta import *  # noqa: F403
from setuptools.build_meta import build_editable  # noqa: F401


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None
) -> NoReturn:
    """Refuse: a wheel would lack prefect.yaml, the locks and the folders that a run reads and writes."""
    raise SystemExit(
        "Kliping is not installed as a wheel: it runs from its checkout, where prefect.yaml, the locked packages and "
        "output/ lie. Give `make setup` in a clone, and use .venv/bin/kliping; `pip install -e .` works too."
    )
