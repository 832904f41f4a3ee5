"""Tables of batches: what was measured, and what follows from it by a model, which is said to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from StegoMedLib.lab.benchmark.page import Table, as_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["batch_table", "killing_table", "model_table", "processes_table"]

_SLICES = 100
"""Slices of a series of the model, as archives of CT have."""
_WORKERS = (1, 2, 16, 128, 1024, 8192)
_SPENT = ("seconds", "processor_seconds")
_MINUTE, _HOUR, _DAY, _TB = 60.0, 3600.0, 86400.0, 1e12


def _table(columns: Sequence[str], rows: Sequence[Sequence[str | float | None]]) -> str:
    return as_markdown(Table("", columns, rows))


def processes_table(measured: Mapping[str, Any]) -> str:
    """How long one long series takes, by whatever; and which station takes how much of it."""
    lines: Sequence[Mapping[str, Any]] = measured["rows"]
    rows: list[list[str | float | None]] = []
    for line in lines:
        extract = f"{line['extract']:.1f}" if "extract" in line else None
        alone = next((other for other in lines if _is_alone(other, line)), None)
        faster = f"{alone['embed'] / line['embed']:.2f}" if alone and alone is not line else None
        rows.append(
            [line["name"], line["slices"], f"{line['embed']:.1f}", extract, faster, round(line["memory"] / 2**20)]
        )
    times = _table(("way", "slices", "embed, s", "extract, s", "times as fast", "MiB at most"), rows)
    own = [line for line in lines if "stations" in line]
    names = sorted(
        {name for line in own for name in line["stations"]}, key=lambda name: -own[0]["stations"].get(name, 0)
    )
    shares: list[list[str | float | None]] = []
    for line in own:
        spent = {name: line["stations"].get(name, 0.0) for name in names}
        total = sum(spent.values())
        shares.append([line["name"], line["slices"], *(f"{each:.1f} ({each / total:.0%})" for each in spent.values())])
    return f"{times}\n\n{_table(('way', 'slices', *names), shares)}"


def _is_alone(line: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether a line is that of one process for the series of another."""
    return bool(line.get("processes") == 1 and other.get("processes") and line["slices"] == other["slices"])


def batch_table(measured: Mapping[str, Any]) -> str:
    """How long a batch takes, and what a series costs."""
    rows: list[list[str | float | None]] = [
        [f"one command, --workers {one['workers']}", *(f"{one[name]:.0f}" for name in _SPENT), None, None, None]
        for one in measured["alone"]
    ]
    for row in measured["batch"]:
        shares = [f"{row[name]:.0%}" for name in ("efficiency", "processor_efficiency")]
        seconds = [f"{row[name]:.0f}" for name in _SPENT]
        rows.append([f"batch, {row['workers']} worker{'s' * (row['workers'] > 1)}", *seconds, *shares])
        rows[-1].append(f"{row['second_run']:.1f}")
    columns = ("way", "seconds", "processor seconds", "efficiency", "of processor seconds", "second run, s")
    fitted, costs, own = measured["costs"]["processor_seconds"], measured["costs"], measured["own"]
    of_a_series = _table(
        (
            *("a series, ms", "a slice, ms", "a million pixels, ms", "explained", "a slice in all, ms"),
            *("a head, ms", "noting a file, ms", "giving a series away, ms", "KB read and written a slice"),
            "bytes of manifest a file",
        ),
        [
            [
                *(f"{1000 * fitted[name]:.0f}" for name in ("a_series", "a_slice", "a_million_pixels")),
                f"{costs['explained']:.0%}",
                f"{1000 * costs['mean_of_a_slice']:.0f}",
                *(f"{1000 * own[name]:.2f}" for name in ("reading_a_head", "walking_a_file", "giving_a_series")),
                f"{costs['bytes_of_a_slice'] / 1000:.0f}",
                f"{costs['manifest_bytes_of_a_file']:.0f}",
            ]
        ],
    )
    return f"{_table(columns, rows)}\n\n{of_a_series}"


def model_table(measured: Mapping[str, Any]) -> str:
    """What a million and a thousand million instances take, by the costs that were measured."""
    slice_, own = measured["costs"]["mean_of_a_slice"], measured["own"]
    rows: list[list[str | float | None]] = []
    for workers in _WORKERS:
        cells = []
        for count in (1e6, 1e9):
            finding = max(count * own["walking_a_file"], count * (own["reading_a_head"] / workers))
            working = max(count * slice_ / workers, count / _SLICES * own["giving_a_series"])
            share = count * slice_ / workers / (finding + working)
            cells += [_long(finding), _long(working), f"{share:.0%}"]
        rows.append([workers, *cells])
    columns = ["workers"]
    for what in ("10^6", "10^9"):
        columns += [f"{what}: finding", "working", "efficiency"]
    moved = [count * measured["costs"]["bytes_of_a_slice"] / _TB for count in (1e6, 1e9)]
    kept = [count * measured["costs"]["manifest_bytes_of_a_file"] / 1e9 for count in (1e6, 1e9)]
    sentence = (
        f"Read and written: {moved[0]:.1f} TB for 10^6, {moved[1]:.0f} TB for 10^9. Manifest: {kept[0]:.1f} GB and "
        f"{kept[1]:.0f} GB. This is a model, not a measurement: series of {_SLICES} slices, workers that wait for no "
        "disk."
    )
    return f"{_table(columns, rows)}\n\n{sentence}"


def _long(seconds: float) -> str:
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < 3 * _DAY else f"{seconds / _DAY:.0f} d"


def killing_table(measured: Mapping[str, Any]) -> str:
    """What came of kills."""
    kills = [measured["kills"].get(kind, 0) for kind in ("worker", "scheduler", "program")]
    names = ("instances", "series", "written", "aside", "lost", "doubled", "strange", "left_behind", "done_again")
    columns = ("kills of a worker", "of the scheduler", "of the program", "seconds", *names)
    cells = [*kills, round(measured["seconds"]), *(measured[name] for name in names)]
    return _table([name.replace("_", " ") for name in columns], [cells])
