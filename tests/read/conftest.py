"""What the tests of read/ share: one reading of a source as plain rows."""

import pytest

from flows.parameters import Publish
from flows.read import Limits, read_batches


def no_hint(url, head):
    return None


@pytest.fixture
def rows():
    """read() as (documents, rejects), both lists of dicts."""

    def run(source, *, limits=None, limit=None, batch_documents=256, hint=no_hint):
        documents, rejects = [], []
        for batch in read_batches(
            source, limits=limits or Limits(), limit=limit, batch_documents=batch_documents, guess_outlet=hint
        ):
            documents += batch.documents.to_pylist()
            rejects += batch.rejects.to_pylist()
        return documents, rejects

    return run


@pytest.fixture
def one(tmp_path, rows):
    """The rows of a folder with one file of these bytes."""

    def run(data, name="a.txt", **options):
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        return rows(folder, **options)

    return run


@pytest.fixture
def source(tmp_path):
    """The documents and rejects of a folder with these files."""

    def run(limits=None, options=None, **files):
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            (folder / name.replace("__", ".")).write_bytes(data)
        read_options = Publish(source=str(folder), **(options or {})).build_read_options()
        documents, rejects = [], []
        for batch in read_batches(folder, limits=limits or Limits(), options=read_options):
            documents += batch.documents.to_pylist()
            rejects += batch.rejects.to_pylist()
        return documents, rejects

    return run
