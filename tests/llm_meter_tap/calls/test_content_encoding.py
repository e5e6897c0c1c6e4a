"""Undoing Content-Encoding."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zlib

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_meter_tap.calls.content_encoding import decode, piecewise

PLAIN = os.urandom(3000) + b"usage" * 2000


def raw_deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(body) + compressor.flush()


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity "])
def test_what_is_not_encoded_is_left_as_it_is(encoding: str | None) -> None:
    assert decode(PLAIN, encoding) == PLAIN


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(PLAIN), "gzip"),
        (gzip.compress(PLAIN), "x-GZIP"),
        (gzip.compress(PLAIN[:900]) + gzip.compress(PLAIN[900:]), "gzip"),
        (zlib.compress(PLAIN), "deflate"),
        (raw_deflate(PLAIN), "deflate"),
        (gzip.compress(zlib.compress(PLAIN)), "deflate, gzip"),
    ],
)
def test_gzip_and_deflate_are_undone(body: bytes, encoding: str) -> None:
    assert decode(body, encoding) == PLAIN


@pytest.mark.parametrize(("compress", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_a_body_that_is_cut_off_gives_what_came(compress: type, encoding: str) -> None:
    came = decode(compress(PLAIN)[:2000], encoding)
    assert came is not None
    assert len(came) > 1000
    assert PLAIN.startswith(came)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "snappy", "gzip, snappy"])
def test_a_body_that_cannot_be_decoded_is_none(encoding: str) -> None:
    assert decode(b"\xff\xff this is plain text", encoding) is None


def test_nothing_is_imported_for_the_user() -> None:
    script = (
        "import sys; from llm_meter_tap.calls.content_encoding import decode\n"
        "before = set(sys.modules); assert decode(b'abc', 'br') is None and decode(b'abc', 'zstd') is None\n"
        "assert set(sys.modules) == before"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("brotli", "br"), ("brotlicffi", "br"), ("zstandard", "zstd"), ("backports.zstd", "zstd")],
)
def test_a_module_that_the_user_has_loaded_is_used(name: str, encoding: str) -> None:
    module = pytest.importorskip(name, reason=f"{name} is not installed here")
    compress = module.ZstdCompressor().compress if name == "zstandard" else module.compress
    whole = compress(PLAIN)
    assert decode(whole, encoding) == PLAIN
    cut = decode(whole[:-8], encoding)
    assert cut is not None
    assert PLAIN.startswith(cut)
    assert decode(b"\xff\xff this is plain text", encoding) is None


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_what_is_compressed_in_several_parts_is_undone(encoding: str) -> None:
    compress = gzip.compress if encoding == "gzip" else zstandard.ZstdCompressor().compress
    whole = b"".join(compress(PLAIN[at : at + 700]) for at in range(0, len(PLAIN), 700))
    assert decode(whole, encoding) == PLAIN
    undo = piecewise(encoding)
    assert undo is not None
    assert b"".join(undo(whole[at : at + 11]) or b"" for at in range(0, len(whole), 11)) == PLAIN


@settings(deadline=None)
@given(
    st.binary(), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, deflate"]) | st.text(max_size=12)
)
def test_any_bytes_under_any_name_are_survived(body: bytes, encoding: str) -> None:
    assert isinstance(decode(body, encoding), (bytes, type(None)))
