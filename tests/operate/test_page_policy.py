"""The policy of the pages: their own host, the operator's API, nobody else; written once."""

import pytest

from flows.operate.page_policy import build_policy, restrict_pages


@pytest.mark.parametrize(
    ("api_url", "origins"),
    [
        ("/api", ""),
        ("https://news.example/prefect/api", " https://news.example wss://news.example"),
        ("http://127.0.0.1:4200/api", " http://127.0.0.1:4200 ws://127.0.0.1:4200"),
    ],
)
def test_the_operators_api_is_allowed_beside_the_pages_own_host(api_url, origins):
    assert (
        build_policy(api_url).split(";")[0] == f"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:{origins}"
    )


def test_each_page_gets_the_policy_once(tmp_path):
    for name in ("v1", "v2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text("<html><head><title>x</title></head></html>", encoding="utf-8")
    assert restrict_pages(tmp_path, "/api") == 2
    first = (tmp_path / "v1" / "index.html").read_text()
    assert first.index("Content-Security-Policy") < first.index("<title>")
    assert restrict_pages(tmp_path, "/api") == 2 and (tmp_path / "v1" / "index.html").read_text() == first


def test_a_folder_without_pages_is_told(tmp_path):
    assert restrict_pages(tmp_path / "nowhere", "/api") == 0
