"""Compressed frames are decoded in a process of its own, which may die, hang or swell."""

from __future__ import annotations

import re
import sys
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID, JPEG2000Lossless, JPEGLSLossless

from StegoMedLib.dicom import decoding, decoding_process
from StegoMedLib.dicom.coders import chosen_plugin
from StegoMedLib.dicom.decoding import decode_frame
from StegoMedLib.dicom.decoding_messages import Answer, answer_head, read_answer
from StegoMedLib.dicom.field import StoredField
from StegoMedLib.dicom.pixel_format import PixelFormat
from StegoMedLib.errors import UnusableInputError
from Testing.campaigns.codestream_seeds import Seed, encoded, phantom
from Testing.decoder_driver import BROKEN_CODER, SEEDS, decode, jpeg_ls, lives, process_id

if TYPE_CHECKING:
    from collections.abc import Iterator

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")


@pytest.fixture
def fresh() -> Iterator[None]:
    """No decoder process before, and none after."""
    decoding._SERVICE.end()
    yield
    decoding._SERVICE.end()


@pytest.fixture
def broken(fresh: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder process with a JPEG-LS coder that does what the codestream says."""
    del fresh
    (tmp_path / "jpeg_ls.py").write_text(BROKEN_CODER)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])


@pytest.mark.parametrize("seed", SEEDS, ids=lambda s: f"{s.syntax.keyword}-{s.rows}-{s.stored}")
def test_frames_are_what_pydicom_decodes(seed: Seed) -> None:
    decoder = get_decoder(seed.syntax)
    described: dict[str, Any] = {
        "rows": seed.rows,
        "columns": seed.columns,
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "bits_allocated": seed.allocated,
        "bits_stored": seed.stored,
        "pixel_representation": 0,
        "photometric_interpretation": "MONOCHROME2",
        "decoding_plugin": chosen_plugin(decoder.available_plugins, seed.syntax),
    }
    expected, _ = decoder.as_array(encapsulate([seed.code]), index=0, raw=True, **described)
    found = decode(seed)
    assert found.dtype == f"u{seed.allocated // 8}"
    assert np.array_equal(found, expected)
    if "Lossless" in seed.syntax.keyword.replace("NearLossless", ""):
        assert np.array_equal(found, phantom(seed.rows, seed.columns, seed.stored))


def test_one_process_serves_all_frames(fresh: None) -> None:
    del fresh
    pids = set()
    for seed in SEEDS[:12]:
        decode(seed)
        pids.add(process_id())
    assert len(pids) == 1


@pytest.mark.parametrize("word", ["<die>", "<exit>"])
def test_a_frame_that_kills_the_decoder_is_refused_and_the_next_one_read(broken: None, word: str) -> None:
    del broken
    decode(jpeg_ls())
    first = process_id()
    with pytest.raises(UnusableInputError, match=r"crashes the decoder; .*\.$"):
        decode(jpeg_ls(word))
    assert decode(jpeg_ls())[0, 0] == 7
    assert process_id() != first


def test_a_frame_is_not_refused_for_what_another_frame_broke(broken: None) -> None:
    del broken
    decode(jpeg_ls())
    assert decode(jpeg_ls("<die late>"))[0, 0] == 7


def test_a_frame_that_hangs_is_refused_and_the_next_one_read(broken: None, monkeypatch: pytest.MonkeyPatch) -> None:
    del broken
    monkeypatch.setattr(decoding_process, "LONGEST_DECODING", 0.5)
    decode(jpeg_ls())
    first = process_id()
    begin = time.perf_counter()
    with pytest.raises(UnusableInputError, match="within 15 seconds a frame; export it again"):
        decode(jpeg_ls("<hang>"))
    assert time.perf_counter() - begin < 5
    assert not lives(first)
    assert decode(jpeg_ls())[0, 0] == 7


@LINUX
def test_a_frame_that_takes_too_much_memory_is_refused_and_the_next_one_read(broken: None) -> None:
    del broken
    decode(jpeg_ls())
    with pytest.raises(UnusableInputError, match=r"within 1024 MiB of memory, .* decompress it with another program"):
        decode(jpeg_ls("<swell>"))
    assert decode(jpeg_ls())[0, 0] == 7


@LINUX
@pytest.mark.slow
def test_a_jpeg2000_header_that_asks_for_much_book_keeping_gets_no_more_than_the_limit(fresh: None) -> None:
    del fresh
    code = encoded(JPEG2000Lossless, "pylibjpeg", np.zeros((4096, 4096), np.uint16), 16)
    at = code.index(b"\xff\x52")
    # 256 layers, blocks of 4 x 4, precincts of 8 x 8.
    style = b"\x01\x00\x01\x00\x00\x05\x00\x00" + code[at + 12 : at + 14] + b"\x33" * 6
    code = code[: at + 2] + (2 + len(style)).to_bytes(2, "big") + style + code[at + 14 :]
    form = PixelFormat(4096, 4096, 1, StoredField(16, 16, 15), inverted=False)
    with pytest.raises(UnusableInputError, match="within 1024 MiB of memory"):
        decode_frame(code, form, JPEG2000Lossless)
    peak = re.search(r"VmPeak:\s+(\d+)", Path(f"/proc/{process_id()}/status").read_text())
    assert peak
    assert 768 << 10 < int(peak[1]) <= 1024 << 10


def test_what_a_coder_prints_is_no_answer(broken: None, capfd: pytest.CaptureFixture[str]) -> None:
    del broken
    assert decode(jpeg_ls("<chatter>"))[0, 0] == 7
    assert capfd.readouterr() == ("", "")


def test_a_stopped_job_does_not_answer_the_next_one(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    del fresh

    def interrupted(*_: Any) -> Answer:
        raise KeyboardInterrupt

    first, second = SEEDS[0], jpeg_ls()
    decode(first)
    with monkeypatch.context() as patch:
        patch.setattr(decoding_process, "read_answer", interrupted)
        with pytest.raises(KeyboardInterrupt):
            decode(first)
    assert np.array_equal(decode(second), phantom(64, 48, 12))


@pytest.mark.parametrize("said", [b"\x63\0\0\0\0", answer_head(Answer.DONE, 99), answer_head(Answer.UNDECODABLE, 1)])
def test_an_answer_to_another_job_is_not_taken(said: bytes) -> None:
    with pytest.raises(ValueError, match=r"answer|Answer"):
        read_answer(BytesIO(said), 100)


def test_threads_share_the_process(fresh: None) -> None:
    del fresh
    lossless = [seed for seed in SEEDS if seed.syntax.keyword in {"RLELossless", "JPEGLossless", "JPEGLSLossless"}]
    right: list[bool] = []

    def work() -> None:
        right.extend(np.array_equal(decode(s), phantom(s.rows, s.columns, s.stored)) for s in lossless * 3)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(right)
    assert len(right) == 4 * 3 * len(lossless)


@pytest.mark.parametrize(
    ("syntax", "plugin"),
    [
        (JPEGLSLossless, "pyjpegls"),
        pytest.param(JPEG2000Lossless, "pylibjpeg", marks=pytest.mark.slow),
    ],
)
def test_the_largest_frame_of_noise_fits(fresh: None, syntax: UID, plugin: str) -> None:
    del fresh
    noise = np.random.default_rng(5).integers(0, 1 << 16, (4096, 4096), np.uint16)
    code = encoded(syntax, plugin, noise, 16)
    found = decode_frame(code, PixelFormat(4096, 4096, 1, StoredField(16, 16, 15), inverted=False), syntax)
    assert np.array_equal(found, noise)
