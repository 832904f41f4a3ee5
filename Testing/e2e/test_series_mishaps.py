"""What happens to series on their way: the right record comes out, or none, never a wrong one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import base45
import pytest

from StegoMedLib.codec.profile import Payload
from StegoMedLib.codec.profiles import BLIND
from StegoMedLib.dicom import read_instance
from StegoMedLib.envelope import Key, Passphrase, Sealer, TextRecord
from StegoMedLib.errors import NewerVersionError, NothingReadableError
from StegoMedLib.pipeline.coding import Coding, coding
from StegoMedLib.pipeline.embed import embed_series
from StegoMedLib.pipeline.extract import ExtractReport, extract_series
from StegoMedLib.pipeline.extract_run import ExtractRun
from StegoMedLib.pipeline.message import seal
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.series.masks import FolderMasks, read_mask
from StegoMedLib.series.region import air_of
from StegoMedLib.symbol import make_symbol, pack_label
from Testing.slices import slice_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from StegoMedLib.envelope import Record
    from StegoMedLib.plane import Plane

pytestmark = pytest.mark.data

KEY = Passphrase.typed("correct horse battery staple")
CONTENT = 50
"""Where the content of an envelope under one passphrase begins."""
OURS, OTHER = TextRecord("Mustermann^Erika 4711"), TextRecord("Somebody^Else 0815")
OWN_SERIES, OTHER_SERIES = "ct_abdomen_chaos3", "ct_thorax_acrinflt013"
KEPT_BY_US = list(BLIND)
PREFIX = "SM1:"


@pytest.fixture(scope="module", params=KEPT_BY_US)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def some_slices(data_dir: Path, series: str, count: int, folder: Path) -> Path:
    """Copy `count` slices of a series, from its middle, to ``<folder>/<series>/source``."""
    files = sorted((data_dir / "curated" / series).glob("*.dcm"))
    target = folder / series / "source"
    target.mkdir(parents=True)
    for path in files[len(files) // 2 :][:count]:
        shutil.copy(path, target / path.name)
    return target


@pytest.fixture(scope="module")
def ours(data_dir: Path, profile: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three marked slices of one patient."""
    source = some_slices(data_dir, OWN_SERIES, 3, tmp_path_factory.mktemp("ours"))
    return marked(data_dir, source, OURS, profile)


def marked(data_dir: Path, source: Path, record: Record, profile: str, key: Key = KEY) -> Path:
    """Mark the slices in the folder `source`, beside it."""
    masks = FolderMasks(data_dir / "masks" / "curated" / source.parent.name)
    report = embed_series(
        source, source.with_name("marked"), key, masks, content=Content(record), method=Method(profile)
    )
    assert report.embedded == len(report.slices)
    return source.with_name("marked")


@pytest.fixture
def stray(data_dir: Path, tmp_path: Path) -> Path:
    """A slice of another patient."""
    return some_slices(data_dir, OTHER_SERIES, 1, tmp_path)


@pytest.fixture
def travelled(ours: Path, tmp_path: Path) -> Path:
    """A copy of the marked series, for things to happen to it."""
    return Path(shutil.copytree(ours, tmp_path / "travelled"))


def read(folder: Path) -> ExtractReport:
    return extract_series(folder, KEY)


def test_lost_slices_are_not_missed(travelled: Path) -> None:
    first, second, _ = sorted(travelled.iterdir())
    first.unlink()
    second.unlink()

    assert read(travelled).records == [OURS]


def test_doubled_slices_say_the_same(travelled: Path) -> None:
    for number, path in enumerate(sorted(travelled.iterdir())):
        shutil.copy(path, travelled / f"copy{number}.dcm")

    report = read(travelled)

    assert report.records == [OURS]
    assert [row.record for row in report.slices] == [0] * 6


def test_slices_in_another_order_under_other_names_say_the_same(travelled: Path) -> None:
    for number, path in enumerate(sorted(travelled.iterdir(), reverse=True)):
        path.rename(travelled / f"{number}.dcm")

    assert read(travelled).records == [OURS]


def test_a_slice_of_another_patient_keeps_its_own_record(
    data_dir: Path, profile: str, travelled: Path, stray: Path
) -> None:
    (path,) = marked(data_dir, stray, OTHER, profile).iterdir()
    shutil.copy(path, travelled / "stray.dcm")

    report = read(travelled)

    assert report.record is None
    assert "2 different records" in " ".join(report.must_look)
    said = {row.file: None if row.record is None else report.records[row.record] for row in report.slices}
    assert said.pop("stray.dcm") == OTHER
    assert list(said.values()) == [OURS] * 3


def test_slices_that_are_not_ours_to_read_add_nothing(
    data_dir: Path, profile: str, travelled: Path, stray: Path, tmp_path: Path
) -> None:
    (path,) = marked(data_dir, stray, OTHER, profile, Passphrase.typed("another passphrase")).iterdir()
    shutil.copy(path, travelled / "stray.dcm")
    (plain,) = some_slices(data_dir, OWN_SERIES, 1, tmp_path).iterdir()
    shutil.copy(plain, travelled / "plain.dcm")

    report = read(travelled)

    assert report.records == [OURS]
    assert {row.file for row in report.slices if row.record is None} == {"stray.dcm", "plain.dcm"}


def test_a_slice_that_is_not_ours_to_read_is_refused(data_dir: Path, profile: str, stray: Path) -> None:
    folder = marked(data_dir, stray, OTHER, profile, Passphrase.typed("another passphrase"))

    with pytest.raises(NothingReadableError):
        read(folder)


class Desk:
    """Hides any text in one real plane, and reads planes as `extract` does."""

    def __init__(self, data_dir: Path, profile: str) -> None:
        (path,) = sorted((data_dir / "curated" / OWN_SERIES).glob("*.dcm"))[12:13]
        self.plane: Plane = read_instance(path).plane()
        reference = read_mask(data_dir / "masks" / "curated" / OWN_SERIES / f"{path.stem}.png")
        self._air: NDArray[np.bool_] = air_of(self.plane, reference)
        self._codec: Coding = coding(profile, KEY.locators()[0])
        self.text = Sealer(KEY).seal(OURS)

    def hide(self, text: str) -> Plane:
        symbol = make_symbol(text)
        payload = Payload(pack_label(symbol.version, symbol.level, symbol.mask), symbol.data_bits)
        return replace(self.plane, pixels=self._codec.profile.on(self.plane, self._air).embed(payload))


def flipped(text: str, byte: int, bit: int) -> str:
    """The envelope with one bit of it turned over."""
    envelope = bytearray(base45.b45decode(text.removeprefix(PREFIX)))
    envelope[byte] ^= 1 << bit
    return f"{PREFIX}{base45.b45encode(bytes(envelope)).decode()}"


def read_planes(*planes: Plane) -> ExtractReport:
    run = ExtractRun(KEY)
    for number, plane in enumerate(planes):
        run.read(slice_of(plane, f"{number}.dcm"), None)
    return run.finish()


@pytest.fixture(scope="module")
def desk(data_dir: Path, profile: str) -> Desk:
    return Desk(data_dir, profile)


def test_the_envelope_is_what_is_hidden(desk: Desk) -> None:
    assert read_planes(desk.hide(desk.text)).records == [OURS]


@pytest.mark.parametrize(
    ("byte", "bit"),
    [
        pytest.param(0, 1, id="version"),
        pytest.param(1, 1, id="number of slots"),
        pytest.param(2, 1, id="type of the slot"),
        pytest.param(3, 0, id="memory"),
        pytest.param(4, 1, id="passes"),
        pytest.param(5, 1, id="lanes"),
        pytest.param(6, 7, id="salt"),
        pytest.param(22, 0, id="nonce"),
        pytest.param(34, 3, id="commitment"),
        pytest.param(CONTENT, 0, id="content"),
        pytest.param(-1, 7, id="tag"),
    ],
)
def test_a_flipped_bit_in_any_field_of_the_envelope_is_refused(data_dir: Path, byte: int, bit: int) -> None:
    desk = Desk(data_dir, "fidelity")

    # What looks newer is not vouched for, and nothing of it is read.
    with pytest.raises(NewerVersionError if byte == 0 else NothingReadableError):
        read_planes(desk.hide(flipped(desk.text, byte, bit)))


def test_slices_that_agree_on_a_flipped_bit_are_refused(desk: Desk) -> None:
    damaged = desk.hide(flipped(desk.text, CONTENT, 0))

    with pytest.raises(NothingReadableError):
        read_planes(damaged, damaged, damaged)


def test_slices_with_flipped_bits_do_not_outvote_a_good_one(desk: Desk) -> None:
    planes = [desk.hide(flipped(desk.text, CONTENT, bit)) for bit in range(3)]

    report = read_planes(*planes, desk.hide(desk.text))

    assert report.records == [OURS]
    assert [row.record for row in report.slices] == [None, None, None, 0]


def test_a_message_sealed_twice_is_one_record(desk: Desk) -> None:
    """The same record under two envelopes, as two runs write it."""
    again = seal(Sealer(KEY), OURS)
    other = replace(desk.plane, pixels=desk._codec.profile.on(desk.plane, desk._air).embed(again.payload))

    assert read_planes(desk.hide(desk.text), other).records == [OURS]
