"""Times of hiding and reading in one plane, files and finder apart: a header record, and all that there is room for."""

from __future__ import annotations

import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from StegoMedLib.blocks import usable_blocks
from StegoMedLib.codec.profile import Payload, Profile
from StegoMedLib.dicom import header_record, list_files, read_instance
from StegoMedLib.envelope import HeaderRecord, Opener, Sealer, locator_key
from StegoMedLib.metrics import compare
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.message import Message, Reader, seal
from StegoMedLib.plane import Plane
from StegoMedLib.regions import make_finder
from StegoMedLib.series.phantom import PATIENT, phantom_series
from StegoMedLib.series.region import air_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

ROUNDS = 20
PAPER_BITS = 131_524
CHAOS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "curated" / "ct_abdomen_chaos3"
PASSPHRASE = b"correct horse battery staple"


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


def milliseconds(work: Callable[[], object], rounds: int = ROUNDS) -> str:
    """Median and range of the time of `work`, after one call that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return f"{statistics.median(times):7.1f} ms   ({min(times):.1f} to {max(times):.1f})"


def read(codec: Coding, stego: Plane, reader: Reader) -> None:
    """From the plane to the record; the keys and the symbol's text are known after the first time."""
    found = codec.extract(stego, None)
    symbols = None if found is None else codec.symbols(found)
    assert symbols is not None
    assert reader.read(*symbols) is not None


def embed(profile: Profile, plane: Plane, air: NDArray[np.bool_], payload: Payload) -> NDArray[np.int32]:
    """All of the work on one slice, its canvas made anew."""
    return profile.on(plane, air).embed(payload)


def always(length: int, _label: int) -> int:
    """Length of the payload, whatever its label."""
    return length


def show_capacity(plane: Plane, significant: NDArray[np.bool_]) -> None:
    """Profile ``capacity``: the paper's largest payload, and as much as there is room for."""
    profile, air = coding("capacity", locator_key(PASSPHRASE)).profile, air_of(plane, significant)
    room = profile.on(plane, air).capacity
    print(f"capacity: {room} bits, {room / plane.pixels.size:.3f} bpp; ", end="")
    print(f"{usable_blocks(air).mean():.3f} of the blocks are usable")
    print(f"capacity              {milliseconds(lambda: profile.on(plane, air).capacity)}")
    for length in sorted({min(room, PAPER_BITS), room}):
        payload = Payload(1, np.random.default_rng(1).random(length) < 0.5)
        stego = Plane(profile.on(plane, air).embed(payload), plane.low, plane.high)
        extract = partial(profile.extract, stego, None, partial(always, length))
        found = extract()
        assert found is not None
        errors = int((found.bits != payload.bits).sum())
        quality = compare(plane, stego.pixels, significant)
        print(f"{length} bits: {errors} errors, psnr_65535 {quality.psnr_65535:.2f} dB, ", end="")
        print(f"largest change {quality.largest_change}, changed_significant {quality.changed_significant}")
        print(f"embed                 {milliseconds(partial(embed, profile, plane, air, payload))}")
        print(f"extract               {milliseconds(extract)}")


def show_message(plane: Plane, air: NDArray[np.bool_], message: Message, codec: Coding) -> None:
    """A profile that hides one symbol."""
    payload, reader = codec.payload(message), Reader(Opener(PASSPHRASE))
    stego = Plane(codec.profile.on(plane, air).embed(payload), plane.low, plane.high)
    quality = compare(plane, stego.pixels)
    print(f"{codec.info.name}: {quality.changed_pixels} pixels changed, psnr_range {quality.psnr_range:.1f} dB")
    print(f"embed                 {milliseconds(partial(embed, codec.profile, plane, air, payload))}")
    print(f"extract and open      {milliseconds(partial(read, codec, stego, reader))}")


def main() -> None:
    """Print a table for each plane."""
    print(f"locator key           {milliseconds(lambda: locator_key(PASSPHRASE), 3)}   once a run")
    print(f"sealing key           {milliseconds(lambda: Sealer(PASSPHRASE), 3)}   once a run")
    finder, sealer, key = make_finder("threshold"), Sealer(PASSPHRASE), locator_key(PASSPHRASE)
    for name, (plane, record) in planes().items():
        significant = finder.find(plane)
        message = seal(sealer, record)
        print(f"\n{name}: QR version {message.symbol.version}, {message.payload.bits.size} bits")
        print(f"seal and draw         {milliseconds(partial(seal, sealer, record), 5)}   once a study")
        print(f"air                   {milliseconds(partial(air_of, plane, significant))}")
        for profile in ("fidelity", "robust"):
            show_message(plane, air_of(plane, significant), message, coding(profile, key))
        show_capacity(plane, significant)


if __name__ == "__main__":
    main()
