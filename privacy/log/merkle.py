"""The hashes of RFC 6962 section 2.1: a tree over entries in their order, of which the root proves every one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

HASH = 32  # bytes of SHA-256
EMPTY = hashlib.sha256(b"").digest()  # the root of a tree without leaves


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The roots of the perfect subtrees that make up a tree, largest first: all that appending and the root need.

    Their number is that of the ones in the binary form of `size`, so it holds at most 64 hashes however large the log.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size, self.peaks = size, list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count() or any(len(peak) != HASH for peak in self.peaks):
            raise ValueError(f"{len(self.peaks)} subtrees do not make a tree of {size} leaves.")

    def append(self, leaf: bytes) -> None:
        """Take in the hash of the next leaf."""
        merges = (~self.size & (self.size + 1)).bit_length() - 1  # trailing ones of the old size
        for _ in range(merges):
            leaf = node_hash(self.peaks.pop(), leaf)
        self.peaks.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        """MTH of RFC 6962 section 2.1."""
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, peaks: bytes) -> CompactRange:
        """What `to_bytes` gave. Raises ValueError for bytes that are no tree of this size."""
        return cls(size, [peaks[start : start + HASH] for start in range(0, len(peaks), HASH)])
