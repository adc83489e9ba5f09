"""Sound, video, and the pictures that are boxed like a video (HEIC): whether their parts follow each other to the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from .file_problems import Damaged, size_of

BOXES = 20_000  # parts that are looked at
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
MP4_BRANDS = {b"isom", b"mp41", b"mp42", b"avc1", b"M4A ", b"M4B ", b"M4V ", b"MSNV", b"dash"}


def kind_of(head: bytes) -> str | None:
    """Which of the formats made of boxes it is (ISO/IEC 14496-12, 4.3): by its brand, else those it goes with."""
    length = max(16, min(int.from_bytes(head[:4], "big"), len(head)))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    if brands[0] in (b"avif", b"avis", b"qt  "):
        return None
    if HEIC_BRANDS & set(brands):
        return "heic"
    if MP4_BRANDS & set(brands) or any(brand[:3] in (b"3gp", b"iso") for brand in brands):
        return "mp4"
    return None


def mp4(file: IO[bytes]) -> None:
    if not {b"moov", b"moof"} & set(_boxes(file)):
        raise Damaged


def _boxes(file: IO[bytes]) -> Iterator[bytes]:
    """The types of the outermost boxes. Raises Damaged when one reaches beyond the end."""
    at, end = 0, size_of(file)
    for _number in range(BOXES):
        if at == end:
            return
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:  # to the end
            length = end - at
        if length < 8 or at + length > end:
            raise Damaged
        yield head[4:8]
        at += length
    raise Damaged


CODECS = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")


def ogg(file: IO[bytes]) -> None:
    """Walk the pages (RFC 3533): the first must name a codec of sound, and the last must be whole."""
    at, end, first = 0, size_of(file), True
    while at < end:
        file.seek(at)
        head = file.read(27)
        table = file.read(head[26]) if len(head) == 27 else b""
        if head[:5] != b"OggS\0" or not table or len(table) != head[26]:
            raise Damaged
        if first and not file.read(8).startswith(CODECS):
            raise Damaged
        at, first = at + 27 + len(table) + sum(table), False
    if at != end:
        raise Damaged


def wav(file: IO[bytes]) -> None:
    """Find what a WAV needs: the description of the sound, then the sound."""
    at, end = 12, size_of(file)
    found: list[bytes] = []
    while at + 8 <= end and b"data" not in found and len(found) < BOXES:
        file.seek(at)
        head = file.read(8)
        found.append(head[:4])
        length = int.from_bytes(head[4:], "little")
        at += 8 + length + length % 2
    if b"fmt " not in found or b"data" not in found:
        raise Damaged


RATES = {  # kbit/s of layer III by version (ISO/IEC 11172-3, 2.4.2.3; 13818-3)
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
SAMPLES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def frame_length(head: bytes) -> int:
    """Bytes of the MP3 frame that begins here; 0 when none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # the sync bits, and layer III
        return 0
    version, rate, samples = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or samples == 3:
        return 0
    factor = 144 if version == 3 else 72
    kbits = RATES[3 if version == 3 else 2][rate]
    return factor * kbits * 1000 // SAMPLES[version][samples] + (head[2] >> 1 & 1)


def mp3(file: IO[bytes]) -> None:
    """Two frames, the second where the first one says, behind the title if there is one (ID3v2)."""
    file.seek(0)
    head, at = file.read(10), 0
    if head[:3] == b"ID3" and len(head) == 10:
        at = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    file.seek(at)
    sound = file.read(64_000)
    start = next((here for here in range(min(len(sound), 4096)) if _two_frames(sound, here)), None)
    if start is None:
        raise Damaged


def _two_frames(sound: bytes, here: int) -> bool:
    length = frame_length(sound[here : here + 4])
    return bool(length) and frame_length(sound[here + length : here + length + 4]) > 0
