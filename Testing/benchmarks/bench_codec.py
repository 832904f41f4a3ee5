"""Times of embedding and extracting in one plane, files and finder apart: a header record, and all that fits.

python Testing/benchmarks/bench_codec.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.codec.profile import Payload, Profile
from StegoMedLib.dicom import Number, header_record, list_files, read_instance
from StegoMedLib.envelope import HeaderRecord, Opener, Passphrase, Sealer
from StegoMedLib.metrics import compare
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Message, Reader, seal
from StegoMedLib.pipeline.tying import Tie
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.series.phantom import PATIENT, phantom_series
from StegoMedLib.series.region import air_of
from StegoMedLib.series.slice import Slice

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

ROUNDS = 20
PAPER_BITS = 131_524
CHAOS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "curated" / "ct_abdomen_chaos3"
KEY = Passphrase.typed("correct horse battery staple")


def planes() -> dict[str, tuple[Plane, HeaderRecord]]:
    """A phantom plane, and a real one where the real series are."""
    phantom = phantom_series(slices=3)
    padding = ((phantom.padding, phantom.padding),)
    plane = Plane(phantom.stored[1].astype(np.int32), -32768, 32767, padding, "CT", 1.0, phantom.intercept)
    found = {"phantom CT 512x512": (plane, HeaderRecord(dict(PATIENT)))}
    if CHAOS.is_dir():
        instance = read_instance(list_files(CHAOS).images[12])
        found["CHAOS CT 512x512"] = (instance.plane(0), HeaderRecord(header_record(instance.dataset)))
    return found


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    """Median, least and most time of `work`, after one call that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return {"median": statistics.median(times), "least": min(times), "most": max(times)}


def timed(name: str, work: Callable[[], object], rounds: int = ROUNDS) -> dict[str, float]:
    """Measure `work`, and say how long it takes."""
    times = milliseconds(work, rounds)
    print(f"{name:22s}{times['median']:7.1f} ms   ({times['least']:.1f} to {times['most']:.1f})")
    return times


def read(codec: Coding, stego: Plane, reader: Reader) -> None:
    """From the plane to the record; the keys and the symbol's text are known after the first time."""
    found = codec.extract(stego, None)
    symbols = None if found is None else codec.symbols(found)
    assert symbols is not None
    assert reader.read(reader.text(*symbols)) is not None


def embed(profile: Profile, plane: Plane, air: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32]:
    """The codec's work on one slice, its canvas made anew."""
    return profile.on(plane, air).embed(payload)


def embed_tied(plane: Plane, air: NDArray[np.bool_], codec: Coding, message: Message) -> NDArray[np.int32]:
    """The same with what ties the message to the slice."""
    tie = Tie(Slice("", 0, 1, None, lambda: plane), Number(0, 0, 1), message)
    return codec.profile.on(plane, air).embed(codec.payload(message, tie.nonces(codec.profile)[0]), tie)


def always(length: int, _label: int) -> int:
    """Length of the payload, whatever its label."""
    return length


def fill(plane: Plane, significant: NDArray[np.bool_]) -> list[dict[str, object]]:
    """Profile ``capacity``: the paper's largest payload, and as many bits as fit."""
    profile, air = coding("capacity", KEY.locators()[0]).profile, air_of(plane, significant)
    most, found = profile.on(plane, air).capacity, []
    share = usable_blocks(air).mean()
    print(f"capacity: {most} bits, {most / plane.pixels.size:.3f} bpp; {share:.3f} of the blocks are usable")
    for length in sorted({min(most, PAPER_BITS), most}):
        payload = Payload(1, np.random.default_rng(1).random(length) < 0.5)
        stego = Plane(profile.on(plane, air).embed(payload), plane.low, plane.high)
        extract = partial(profile.extract, stego, None, partial(always, length))
        extracted = extract()
        assert extracted is not None
        quality = compare(plane, stego.pixels, significant)
        found.append(
            {
                "profile": "capacity",
                "bits": length,
                "errors": int((extracted.bits != payload.bits).sum()),
                "psnr_65535": quality.psnr_65535,
                "largest_change": quality.largest_change,
                "embed_ms": timed(f"embed {length} bits", partial(embed, profile, plane, air, payload)),
                "extract_ms": timed("extract", extract),
            }
        )
        print(f"{found[-1]['errors']} errors, psnr_65535 {quality.psnr_65535} dB")
    return found


def embed_message(plane: Plane, air: NDArray[np.bool_], message: Message, codec: Coding) -> dict[str, object]:
    """A profile that embeds one symbol."""
    reader, name = Reader(Opener(KEY)), codec.info.name
    stego = Plane(embed_tied(plane, air, codec, message), plane.low, plane.high)
    quality = compare(plane, stego.pixels)
    print(f"{name}: {quality.changed_pixels} pixels changed, psnr_range {quality.psnr_range} dB")
    return {
        "profile": name,
        "bits": int(message.payload.bits.size),
        "changed_pixels": quality.changed_pixels,
        "psnr_65535": quality.psnr_65535,
        "embed_ms": timed("embed", partial(embed_tied, plane, air, codec, message)),
        "extract_ms": timed("extract", partial(codec.extract, stego, None)),
        "read_ms": timed("extract and open", partial(read, codec, stego, reader)),
    }


def measure(name: str, plane: Plane, record: HeaderRecord, sealer: Sealer) -> dict[str, object]:
    """All profiles in one plane."""
    significant, locator = make_finder("threshold").find(plane), KEY.locators()[0]
    message, air = seal(sealer, record), air_of(plane, significant)
    print(f"\n{name}: QR version {message.symbol.version}, {message.payload.bits.size} bits")
    return {
        "plane": name,
        "usable_ms": timed("air", partial(air_of, plane, significant)),
        "seal_ms": timed("seal and write", partial(seal, sealer, record)),
        "profiles": [
            *(embed_message(plane, air, message, coding(profile, locator)) for profile in ("fidelity", "robust")),
            *fill(plane, significant),
        ],
    }


def main() -> None:
    """Print a table for each plane."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, help="write the numbers here, too")
    options = parser.parse_args()
    sealer = Sealer(KEY)
    numbers = {
        "locator_key_ms": timed("locator key", KEY.locators, 3),
        "sealing_key_ms": timed("sealing key", lambda: Sealer(KEY), 3),
        "planes": [measure(name, plane, record, sealer) for name, (plane, record) in planes().items()],
    }
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
