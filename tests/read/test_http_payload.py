"""Chunks of an answer, however their lines end."""

import pytest

from flows.read.http_payload import DamagedPayload, parse_response

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""], ids=["both", "line feed", "nothing after the data"])
def test_chunks_are_joined_whatever_follows_their_data(end):
    line = end or b"\n"
    body = b"3" + line + b"abc" + end + b"2" + line + b"de" + end + b"0" + line + line
    assert parse_response(HEAD + body).decode_payload(100) == b"abcde"


def test_chunks_that_break_off_are_damage():
    with pytest.raises(DamagedPayload):
        parse_response(HEAD + b"3\nabc\n9\nde").decode_payload(100)
