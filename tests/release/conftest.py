"""Datasets of the tests, and places in object stores: moto for S3, a made server for Google, Azurite for Azure."""

import sys
from pathlib import Path

import fsspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from flows.release import Dataset
from tests.release import azurite
from tests.release.made_google_store import serve_google_store

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1",
}  # fmt: skip


@pytest.fixture(scope="module")
def s3_server():
    from moto.server import ThreadedMotoServer

    moto_server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto_server.start()
    host, port = moto_server.get_host_and_port()
    yield f"http://{host}:{port}"
    moto_server.stop()


@pytest.fixture(scope="module")
def azure_server():
    if azurite.find_azurite() is None:
        pytest.skip("azurite-blob is not installed (npm install azurite)")
    with azurite.serve_azurite() as url:
        yield url


@pytest.fixture
def google_server():
    with serve_google_store() as store:
        yield store


@pytest.fixture
def url(request, tmp_path, monkeypatch):
    """An empty place in a store ("memory", "s3", "google" or "azure"), and a mirror of this test's own."""
    monkeypatch.setenv("KLIPING_STORES", str(tmp_path / "stores"))
    bucket = tmp_path.name.replace("_", "-")[:40].strip("-")
    match request.param:
        case "memory":
            fsspec.filesystem("memory").mkdirs(f"/{tmp_path.name}")
            yield f"memory://{tmp_path.name}/out"
            fsspec.filesystem("memory").rm(f"/{tmp_path.name}", recursive=True)
        case "s3":
            endpoint = request.getfixturevalue("s3_server")
            for name, value in {
                **CREDENTIALS,
                "AWS_ENDPOINT_URL": endpoint,
                "FSSPEC_S3_ENDPOINT_URL": endpoint,
            }.items():
                monkeypatch.setenv(name, value)
            fsspec.config.set_conf_env(fsspec.config.conf)
            fsspec.filesystem("s3", skip_instance_cache=True).mkdir(bucket)
            yield f"s3://{bucket}/out"
            fsspec.config.conf.pop("s3", None)
        case "google":
            server = request.getfixturevalue("google_server")
            monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", server.service_account)
            yield f"gs://{bucket}/out"
        case "azure":
            endpoint = request.getfixturevalue("azure_server")
            azurite.create_container(endpoint, bucket)
            monkeypatch.setenv("AZURE_STORAGE_USE_EMULATOR", "true")
            monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", azurite.ACCOUNT)
            monkeypatch.setenv("AZURITE_BLOB_STORAGE_URL", endpoint)
            yield f"az://{bucket}/out"


@pytest.fixture
def dataset(tmp_path):
    return Dataset(tmp_path / "output" / "news")


@pytest.fixture
def released(dataset):
    """A dataset with one release of four articles and a reject."""
    import release_drafts as drafts

    from flows.release import publisher_lock

    with publisher_lock(dataset, 0, run_id="run-1"):
        drafts.publish(dataset, drafts.draft())
    return dataset
