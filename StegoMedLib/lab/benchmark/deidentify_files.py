"""``stegomed benchmark deidentify``: plants, lets every de-identifier work, writes page, tables and report."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from StegoMedLib.dicom import list_files
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.benchmark.deidentify_page import (
    deidentify_json,
    deidentify_markdown,
    deidentify_page,
    summary_table,
)
from StegoMedLib.lab.benchmark.deidentify_series import DeidentifyReport, Row, judge, plant_series
from StegoMedLib.lab.benchmark.deidentify_tools import our_tools, peers
from StegoMedLib.lab.benchmark.request import Request, Results, write_results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from StegoMedLib.lab.benchmark.deidentify_tools import Tool

__all__ = ["results", "series_of", "write_deidentify", "write_keys"]


def results(request: Request) -> Results:
    """As `write_deidentify`, and the table of tools."""
    report = write_deidentify(request)
    return Results(deidentify_json(report), [summary_table(report)])


def write_deidentify(request: Request) -> DeidentifyReport:
    """Plant, let the tools work, and write ``deidentify.html``, ``.json`` and ``.md`` into its folder.

    Parameters
    ----------
    request : Request
        Every folder of ``curated/`` and every file of ``odd/`` is a series; `slices` limits the files of each.

    Raises
    ------
    UnusableInputError
        When there are no series, and as of `Request.check`.
    """
    request.check(pictures=False)
    series = series_of(request.data, request.slices)
    if not series:
        raise UnusableInputError(
            f"There are no series in {request.data}; name the folder that has curated/ or odd/ in it."
        )
    report = _measure(request, series, [*our_tools(), *peers()])
    with request.place() as work:
        page, markdown = deidentify_page(report), deidentify_markdown(report)
        write_results(work, "deidentify", page, markdown, deidentify_json(report))
    return report


def series_of(data: Path, most: int | None) -> dict[str, list[Path]]:
    """Give the files of every series by its name, at most so many of each, from the first on."""
    folders = [path for path in sorted((data / "curated").glob("*")) if path.is_dir()]
    found = {f"curated/{folder.name}": list(list_files(folder).images[:most]) for folder in folders}
    return found | {f"odd/{path.stem}": [path] for path in sorted((data / "odd").glob("*.dcm"))}


def _measure(request: Request, series: Mapping[str, Sequence[Path]], tools: list[Tool]) -> DeidentifyReport:
    able = [tool for tool in tools if not tool.missing]
    places: set[str] = set()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        keys = write_keys(Path(scratch) / "keys")
        for done, (name, files) in enumerate(series.items()):
            with tempfile.TemporaryDirectory(dir=scratch) as work:
                planted = plant_series(name, files, Path(work) / "planted")
                places |= {each.where for each in planted.values}
                for number, tool in enumerate(able):
                    request.progress(done, len(series), f"{name}, {tool.name}")
                    rows.append(judge(tool, planted, Path(work) / str(number), keys))
    request.progress(len(series), len(series), "")
    return DeidentifyReport(len(places), tools, rows)


def write_keys(folder: Path) -> Path:
    """Write a certificate and its key, as gdcmanon wants them (RSA; PS3.15 E.1.1)."""
    folder.mkdir()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    start = dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain))
    return folder
