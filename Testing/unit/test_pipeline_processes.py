"""Several processes that share the work on a series give what one gives, byte for byte, whatever is in it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pydicom import dcmread

from StegoMedLib.choices import FINDERS
from StegoMedLib.codec.profiles import PROFILES
from StegoMedLib.dicom import DerivedSeries, new_series
from StegoMedLib.envelope import KeyFile, TextRecord
from StegoMedLib.errors import CancelledError, MarkedAlreadyError, WorkerEndedError
from StegoMedLib.pipeline import ahead, crew
from StegoMedLib.pipeline.crew import Crew
from StegoMedLib.pipeline.embed import embed, embed_series
from StegoMedLib.pipeline.options import Content, Method
from StegoMedLib.pipeline.slice_work import SliceWork
from StegoMedLib.pipeline.survey import measure_capacity, segment_series
from StegoMedLib.series.masks import VolumeMasks, mask_source
from StegoMedLib.series.phantom import phantom_series
from StegoMedLib.series.sinks import Viewer
from StegoMedLib.series.slice import silent
from StegoMedLib.series.stacks import StackSeries, VoxelStack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from StegoMedLib.pipeline.embed_report import EmbedReport
    from StegoMedLib.pipeline.slice_work import Outcome, Task
    from StegoMedLib.pipeline.slices import Cover
    from StegoMedLib.series.slice import Progress, Slice

KEY = KeyFile(bytes(range(32)))
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for processes")
WAYS = [(name, "replicate") for name, info in PROFILES.items() if info.keyed] + [("fidelity", "spread")]


def written(folder: Path, slices: int) -> list[Path]:
    phantom = phantom_series(slices=slices, size=256)
    header = {"PatientName": "Nobody^Anna", "PatientID": "4711"}
    scale = (phantom.slope, phantom.intercept)
    return list(
        new_series(
            folder, phantom.stored, spacing=phantom.spacing, attributes=header, rescale=scale, padding=phantom.padding
        )
    )


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine slices, not in the order of the patient, one of which cannot be decoded; and a file that is no image."""
    folder = tmp_path_factory.mktemp("series")
    files = written(folder, 9)
    for number, file in enumerate(files):
        file.rename(folder / f"{number * 4 % 9}.dcm")
    content = (folder / "5.dcm").read_bytes()
    (folder / "5.dcm").write_bytes(content[: len(content) // 2])
    (folder / "notes.txt").write_text("no image")
    return folder


def drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(7)
    monkeypatch.setattr(secrets, "randbelow", lambda most: int(chance.integers(most)))
    monkeypatch.setattr(secrets, "token_bytes", chance.bytes)


@pytest.fixture(autouse=True)
def there_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few slices would be done before the other processes have begun."""

    class Waited(Crew):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            while not self.is_there:
                time.sleep(0.01)

    monkeypatch.setattr(crew, "Crew", Waited)


def embedded(
    series: Path,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    processes: int,
    method: Method = Method(),
    progress: Progress = silent,
) -> EmbedReport:
    """Embed with what is drawn at random drawn alike in every run."""
    drawn_alike(monkeypatch)
    headers = DerivedSeries("test", stands_for=lambda uid: f"{uid}.1")
    masks = mask_source("threshold", "auto", None)
    return embed_series(
        series, target, KEY, masks, method=method, headers=headers, processes=processes, progress=progress
    )


def files_of(folder: Path) -> dict[str, object]:
    """What is in the files, but for the time at which they were made."""
    return {path.name: _timeless(path) for path in folder.iterdir()}


def _timeless(path: Path) -> dict[str, object]:
    header = dcmread(path)
    return {**header.to_json_dict(), "bytes": path.stat().st_size, "00080023": 0, "00080033": 0}


@pytest.mark.parametrize(("profile", "mode"), WAYS)
def test_files_and_report_are_those_of_one_process(
    profile: str, mode: str, series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = Method(profile, mode)
    one, two = (
        embedded(series, tmp_path / str(number), monkeypatch, processes=number, method=method) for number in (1, 2)
    )

    assert one.embedded
    assert sorted(row.file.name for row in one.files.left_out) == ["5.dcm", "notes.txt"]
    assert {**one.as_json(), "seconds": 0} == {**two.as_json(), "seconds": 0}
    assert files_of(tmp_path / "1") == files_of(tmp_path / "2")


def test_slices_whose_neighbours_come_much_later_are_made_alike(
    series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_WINDOW", 1)
    monkeypatch.setattr(ahead, "_AT_ONCE", 1)
    one, two = (embedded(series, tmp_path / str(number), monkeypatch, processes=number) for number in (1, 2))

    assert {**one.as_json(), "seconds": 0} == {**two.as_json(), "seconds": 0}
    assert files_of(tmp_path / "1") == files_of(tmp_path / "2")


def test_other_processes_do_their_share_wherever_the_files_are_named_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "series").mkdir()
    written(tmp_path / "series", 12)
    monkeypatch.chdir(tmp_path)
    here: list[str] = []

    def embed_here(self: SliceWork, each: Slice, cover: Cover, task: Task) -> Outcome:
        here.append(each.name)
        return embed_as_ever(self, each, cover, task)

    embed_as_ever = SliceWork.embed
    monkeypatch.setattr(SliceWork, "embed", embed_here)
    report = embedded(Path("series"), Path("out"), monkeypatch, processes=2)

    assert report.embedded == 12
    assert 0 < len(here) < 10


@pytest.mark.parametrize("finder", FINDERS)
def test_masks_and_capacities_are_those_of_one_process(finder: str, series: Path, tmp_path: Path) -> None:
    masks = mask_source(finder, "onnx", None)
    found, measured = [], []
    for number in (1, 2):
        found.append(segment_series(series, tmp_path / str(number), masks, processes=number).as_json())
        measured.append(measure_capacity(series, masks, processes=number).as_json())

    assert found[0] == found[1]
    assert measured[0] == measured[1]
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in "12")
    assert one == two
    assert len(one) == 8


def test_a_slice_that_is_marked_already_is_named_as_one_process_names_it(
    series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded(series, tmp_path / "marked", monkeypatch, processes=1)
    mixed = tmp_path / "mixed"
    shutil.copytree(series, mixed)
    shutil.copyfile(tmp_path / "marked" / "6.dcm", mixed / "6.dcm")

    for number in (1, 2):
        with pytest.raises(MarkedAlreadyError, match=r"^6\.dcm carries a record already"):
            embedded(mixed, tmp_path / str(number), monkeypatch, processes=number)
        assert not (tmp_path / str(number)).exists()


def test_frames_of_one_file_are_shared_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "series").mkdir()
    first, *others = map(dcmread, written(tmp_path / "series", 5))
    first.NumberOfFrames = 5
    first.PixelData = b"".join(each.PixelData for each in (first, *others))
    first.save_as(tmp_path / "frames.dcm")

    one, two = (
        embedded(tmp_path / "frames.dcm", tmp_path / f"{number}.dcm", monkeypatch, processes=number)
        for number in (1, 2)
    )

    assert [row.frame for row in two.slices] == list(range(5))
    assert one.embedded == two.embedded == 5
    assert _timeless(tmp_path / "1.dcm") == _timeless(tmp_path / "2.dcm")


def shown_of(
    volume: NDArray[np.int16], body: NDArray[np.bool_], monkeypatch: pytest.MonkeyPatch, processes: int
) -> dict[int, bytes]:
    """What a viewer is shown of a volume, by the number of the slice."""
    drawn_alike(monkeypatch)
    shown: dict[int, bytes] = {}
    stack = VoxelStack(volume, "CT")
    sink = Viewer(stack, lambda index, voxels: shown.update({index: voxels.tobytes()}))
    content = Content(TextRecord("a note"))
    embed(StackSeries(stack), VolumeMasks(stack, body), KEY, sink, content=content, processes=processes)
    return shown


def test_slices_of_a_volume_are_shared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    phantom = phantom_series(slices=5, size=256)
    hounsfield = phantom.stored.astype(np.int16) * int(phantom.slope) + int(phantom.intercept)
    one, two = (shown_of(hounsfield, phantom.body, monkeypatch, number) for number in (1, 2))

    assert len(one) == 5
    assert one == two


def own_processes() -> list[int]:
    """Processes that this one started to share its work; asks Linux."""
    threads = Path("/proc/self/task").iterdir()
    pids = [int(word) for thread in threads for word in (thread / "children").read_text().split()]
    return [pid for pid in pids if b"processes_child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@LINUX
def test_a_process_that_dies_is_a_sentence_and_nothing_is_left(
    series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(done: int, _total: int, _file: str) -> None:
        if done == 2:
            for pid in own_processes():
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkerEndedError, match="--workers"):
        embedded(series, tmp_path / "out", monkeypatch, processes=2, progress=kill)

    assert list(tmp_path.iterdir()) == []


@LINUX
def test_cancelling_leaves_no_process_and_no_file(
    series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(done: int, _total: int, _file: str) -> None:
        if done == 3:
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        embedded(series, tmp_path / "out", monkeypatch, processes=2, progress=cancel)

    assert own_processes() == []
    assert list(tmp_path.iterdir()) == []


@LINUX
def test_processes_end_with_whoever_started_them(tmp_path: Path) -> None:
    program = (
        "import os, sys, time\n"
        "from StegoMedLib.processes import Workers\n"
        "if __name__ == '__main__':\n"
        "    made = Workers(2)\n"
        "    print(*[made.submit(which, os.getpid).result() for which in (0, 1)], flush=True)\n"
        "    made.submit(0, time.sleep, 600)\n"
        "    time.sleep(600)\n"
    )
    script = tmp_path / "program.py"
    script.write_text(program)
    child = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    pids = [int(word) for word in child.stdout.readline().split()]
    child.kill()
    child.communicate()

    deadline = time.monotonic() + 30
    while any(map(_is_there, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_is_there, pids))


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
