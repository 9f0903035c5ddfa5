"""Bytes up to the end or the first failure, which is told and not raised."""

import gzip
import io
import random

import pytest

from flows.read.byte_reader import ByteReader

TEXT = b"".join(b"Warga nomor %d menanam padi di tepi sungai.\n" % n for n in range(4000))


class Failing(io.BytesIO):
    """A file whose disk fails behind so many bytes."""

    def __init__(self, data, good, error):
        super().__init__(data)
        self.good, self.error = good, error

    def read(self, size=-1):
        if self.tell() >= self.good:
            raise self.error
        return super().read(min(size, self.good - self.tell()))


def test_a_plain_file_gives_what_is_asked_for_and_fewer_at_its_end():
    reader = ByteReader(io.BytesIO(b"abcdefgh"))
    assert [reader.read_bytes(size) for size in (0, 3, 4, 5, 5)] == [b"", b"abc", b"defg", b"h", b""]
    assert reader.read_error is None


def test_what_stands_before_a_failure_of_the_disk_is_read_and_nothing_after_it():
    reader = ByteReader(Failing(TEXT, 10, OSError(5, "Input/output error")))
    assert reader.read_bytes(100) == TEXT[:10]
    assert reader.read_error == ("unreadable", "could not be read to its end (Input/output error): read it again.")
    assert reader.read_bytes(100) == b""


@pytest.mark.parametrize("size", [1000, 20_000, 1 << 20])
@pytest.mark.parametrize("share", [0.2, 0.9])
def test_all_that_a_damaged_file_holds_before_its_damage_is_read(size, share):
    noise = random.Random(3).randbytes(60_000)  # does not shrink, so that the damage is far behind the start
    packed = bytearray(gzip.compress(noise))
    cut = int(len(packed) * share)
    reader = ByteReader(io.BytesIO(bytes(packed[:cut])), "gzip", max_expansion=1000)
    read = b"".join(iter(lambda: reader.read_bytes(size), b""))
    assert noise.startswith(read) and cut - 200 < len(read) < cut
    reason, detail = reader.read_error
    assert reason == "damaged_container" and detail.startswith("is a damaged gzip file (")


def test_a_packed_file_counts_what_it_unpacks_to():
    packed = gzip.compress(bytes(100_000))
    times = -(-100_000 // len(packed))
    enough, less = (ByteReader(io.BytesIO(packed), "gzip", max_expansion=most) for most in (times, times - 1))
    assert enough.read_bytes(1 << 20) == bytes(100_000) and enough.read_error is None
    assert len(less.read_bytes(1 << 20)) < 100_000
    assert less.read_error == (
        "expands_too_far", f"unpacks to more than {times - 1} times its size: unpack it by hand if it is meant so.",
    )  # fmt: skip
