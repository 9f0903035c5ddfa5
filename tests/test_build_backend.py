"""`pip install .` says at once why there is no wheel; `pip install -e .` has its hook."""

import importlib.util

import pytest


def test_a_wheel_is_refused_with_what_to_do_instead(root):
    spec = importlib.util.spec_from_file_location("build_backend", root / ".ci" / "build_backend.py")
    backend = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(backend)
    with pytest.raises(SystemExit, match=r"runs from its checkout.*make setup.*pip install -e"):
        backend.build_wheel("anywhere")
    assert callable(backend.build_editable)
