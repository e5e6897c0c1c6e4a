"""Undoes a body's Content-Encoding.

gzip and deflate by the standard library; brotli and zstandard by the module that the user's process has
already loaded: the client that asked for the encoding has one.
"""

from __future__ import annotations

import functools
import sys
import zlib
from collections.abc import Callable
from typing import Any

# RFC 1950's header, as every zlib compressor writes it: without it, "deflate" is the raw form that some
# servers send.
_ZLIB_METHOD = 8
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_BROTLI_MODULES = ("brotli", "brotlicffi")
_ZSTD_MODULES = ("compression.zstd", "backports.zstd", "zstandard")


def decode(body: bytes, encoding: str | None) -> bytes | None:
    """Undo a Content-Encoding.

    Args:
        body: The bytes as they came over the network, perhaps cut off at the end.
        encoding: The header's value; several codings, the last applied first.

    Returns:
        The plain bytes, as far as they could be decoded; None where a coding is unknown, has no module
        loaded, or
        the bytes are not what it says.
    """
    codings = [coding.strip().lower() for coding in (encoding or "").split(",")]
    plain: bytes | None = body
    for coding in reversed(codings):
        if coding in ("", "identity") or not plain:
            continue
        decoder = _DECODERS.get(coding)
        plain = decoder(plain) if decoder is not None else None
    return plain


def identity(chunk: bytes) -> bytes:
    """Undo nothing."""
    return chunk


def piecewise(encoding: str) -> Callable[[bytes], bytes | None] | None:
    """Return a function that undoes a Content-Encoding a piece at a time, for bodies never held whole.

    Args:
        encoding: The header's value.

    Returns:
        A function from the next piece to the plain bytes that it completes, which gives None once the bytes
        are not what they should be; None where the coding is unknown, has no module loaded, or is several.
    """
    coding = encoding.strip().lower()
    if coding in ("", "identity"):
        return identity
    if coding in ("gzip", "x-gzip"):
        return _Members(_gzip_member).decompress
    if coding == "br":
        module = _loaded(_BROTLI_MODULES)
        return None if module is None else functools.partial(_attempt, _brotli_step(module))
    if coding == "zstd":
        module = _loaded(_ZSTD_MODULES)
        return None if module is None else _Members(functools.partial(_zstd_frame, module)).decompress
    return None


class _Members:
    """What follows one another: the members of a gzip file, the frames of zstandard.

    Args:
        make: Makes a decompressor of one of them.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._member = make()

    def decompress(self, chunk: bytes) -> bytes | None:
        """Decompress the next bytes; None once they are not what they should be."""
        plain = bytearray()
        while chunk:
            piece = _attempt(self._member.decompress, chunk)
            if piece is None:
                return None
            plain += piece
            chunk = _rest(self._member)
            if getattr(self._member, "eof", False):
                self._member = self._make()
        return bytes(plain)


def _decompress(body: bytes, make: Callable[[], Any]) -> bytes | None:
    """Decompress all members, keeping what came before damage or the cut."""
    plain = bytearray()
    rest = body
    while rest:
        member = make()
        piece = _attempt(member.decompress, rest)
        if piece is None:
            break
        plain += piece
        rest = _rest(member)
    return bytes(plain) if plain or rest is not body else None


def _rest(member: Any) -> bytes:
    """What stands behind a member; zstandard before 0.19 does not tell."""
    rest: bytes = getattr(member, "unused_data", b"")
    return rest


def _gzip_member() -> Any:
    return zlib.decompressobj(_GZIP_OR_ZLIB)


def _gzip(body: bytes) -> bytes | None:
    return _decompress(body, _gzip_member)


def _deflate(body: bytes) -> bytes | None:
    is_zlib = body[0] & 15 == _ZLIB_METHOD and len(body) > 1 and (body[0] << 8 | body[1]) % 31 == 0
    return _decompress(body, lambda: zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS))


def _loaded(names: tuple[str, ...]) -> Any:
    return next((sys.modules[name] for name in names if sys.modules.get(name) is not None), None)


def _brotli(body: bytes) -> bytes | None:
    module = _loaded(_BROTLI_MODULES)
    if module is None:
        return None
    return _attempt(_brotli_step(module), body)


def _brotli_step(module: Any) -> Callable[[bytes], bytes]:
    decompressor = module.Decompressor()
    # Brotli spells the method "process", brotlicffi "decompress".
    step: Callable[[bytes], bytes] = getattr(decompressor, "process", None) or decompressor.decompress
    return step


def _zstd(body: bytes) -> bytes | None:
    module = _loaded(_ZSTD_MODULES)
    return None if module is None else _decompress(body, functools.partial(_zstd_frame, module))


def _zstd_frame(module: Any) -> Any:
    decompressor = module.ZstdDecompressor()
    return decompressor.decompressobj() if module.__name__ == "zstandard" else decompressor


def _attempt(decompress: Callable[[bytes], bytes], body: bytes) -> bytes | None:
    try:
        return decompress(body)
    except Exception:  # noqa: BLE001 - each module has its own error class; all mean "not this coding"
        return None


_DECODERS: dict[str, Callable[[bytes], bytes | None]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
