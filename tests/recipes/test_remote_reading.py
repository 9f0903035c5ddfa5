"""Releases read over HTTP by index.json, and from S3: as the page on reading says."""

import functools
import re
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from flows.parameters import Publish
from flows.run.publish_run import run_publish
from tests.makers import story

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "read-releases.md"


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("remote")
    (folder / "source").mkdir()
    for number in range(3):
        (folder / "source" / f"{number}.txt").write_text(story(number), encoding="utf-8")
    assert run_publish(Publish(source=str(folder / "source"), output=str(folder / "output"))).status == "published"
    return folder / "output"


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_the_recipe_reads_over_http(output):
    (recipe,) = [code for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if "urlopen" in code]
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(output))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_address[1]}/"
        assert "https://example.org/output/" in recipe
        names: dict[str, object] = {}
        exec(recipe.replace("https://example.org/output/", here), names)
        server.shutdown()
    assert sorted(names["articles"]["source_id"]) == ["0.txt", "1.txt", "2.txt"]


def test_a_release_is_read_from_s3(output, monkeypatch):
    pytest.importorskip("s3fs")
    moto_server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto_server.start()
    host, port = moto_server.get_host_and_port()
    try:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        options = {"endpoint_url": f"http://{host}:{port}"}
        import s3fs

        store = s3fs.S3FileSystem(**options, skip_instance_cache=True)
        store.mkdir("reading")
        version = (output / "news" / "latest").readlink()
        store.put(str(output / "news" / version / "data"), f"reading/output/news/{version}/data", recursive=True)
        articles = pd.read_parquet(
            f"s3://reading/output/news/{version}/data", storage_options=options, dtype_backend="pyarrow"
        )
        assert len(articles) == 3 and str(articles["date"].dtype) == "date32[day][pyarrow]"
    finally:
        moto_server.stop()
