"""``stegomed deidentify``: write a study without the identity, which goes along inside the images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.choices import CARRIED_HEADER, CARRIED_NOTHING, LOST, PRESETS
from StegoMedLib.cli.audits import note, opened_audit
from StegoMedLib.cli.chosen import chosen_masks, chosen_strength, chosen_words
from StegoMedLib.cli.keys import key_to_seal
from StegoMedLib.cli.outcome import account_for
from StegoMedLib.cli.report import deliver
from StegoMedLib.cli.screen import progress_bar, say, show_table
from StegoMedLib.cli.sharing import chosen_workers
from StegoMedLib.cli.syntax.common import names_folder
from StegoMedLib.codec.profiles import profile_info
from StegoMedLib.errors import UsageError
from StegoMedLib.identity.options import Options
from StegoMedLib.pipeline.chosen_identity import chosen_identity
from StegoMedLib.pipeline.deidentify import Identity, carrying, deidentify_series, nameless_target
from StegoMedLib.pipeline.embed import check_embedding
from StegoMedLib.pipeline.options import Method, Output
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse

    from StegoMedLib.pipeline.deidentify_report import DeidentifyReport
    from StegoMedLib.pipeline.embed_report import EmbedReport

__all__ = ["run"]
_NAMED = 12


def run(arguments: argparse.Namespace) -> None:
    """Do the command's work."""
    method, identity = _method(arguments), _identity(arguments)
    output = Output(arguments.syntax, arguments.accept_lossy, arguments.overwrite)
    source, masks = arguments.source, chosen_masks(arguments)
    target = nameless_target(source, Path(arguments.target), is_folder=names_folder(arguments.target))
    listing = check_embedding(source, target, method, output)  # before anybody has to type a passphrase
    audit = opened_audit(arguments, target)
    key = key_to_seal(arguments)
    with progress_bar("Taking the identity out") as progress:
        report = deidentify_series(
            source,
            target,
            key,
            masks,
            identity=identity,
            method=method,
            output=output,
            listing=listing,
            progress=progress,
            processes=chosen_workers(arguments),
        )
    note(audit, report.as_event())
    deliver(report.as_json(), arguments.json_target, lambda: _show(report))


def _method(arguments: argparse.Namespace) -> Method:
    if arguments.lost is not None and arguments.carry != CARRIED_HEADER:
        raise UsageError("--lost goes with --carry header; add it, or leave --lost out.")
    if profile_info(arguments.profile).needs_mask:
        raise UsageError(
            f"Profile {arguments.profile} is for comparison, and carries no identity; choose another profile."
        )
    lost = LOST if arguments.lost is None else arguments.lost
    strength, measured = chosen_strength(arguments), arguments.json_target is not None  # nobody else is shown it
    method = Method(arguments.profile, lost=lost, beta=arguments.beta, strength=strength, measured=measured)
    return carrying(arguments.carry, method)


def _identity(arguments: argparse.Namespace) -> Identity:
    chosen = {*PRESETS[arguments.preset], *chosen_words(arguments.retain), *arguments.clean}
    return chosen_identity(
        Options.of(chosen, chosen_words(arguments.remove)),
        arguments.carry,
        pseudonyms=arguments.pseudonyms,
        certificates=arguments.encrypted_attributes or (),
        accept_burned_in=arguments.accept_burned_in,
    )


def _show(report: DeidentifyReport) -> None:
    say(f"Profile of PS3.15: {', '.join(report.options)}; dates: {report.dates.lower()}.")
    if report.embedded is not None:
        _show_carried(report, report.embedded)
    elif report.carry == CARRIED_NOTHING:
        say("Nothing goes along: without the originals nobody puts this identity back.")
    if not report.lasting:
        say("The keys hold nothing secret here, so pseudonyms and UIDs are those of this run alone.")
    if report.heads:
        say("The images show a head: a face can be made of them, and nothing was done about that.")
    if report.missing:
        more = f" and {len(report.missing) - _NAMED} more" if len(report.missing) > _NAMED else ""
        say(f"Private attributes that did not fit do not come back: {', '.join(report.missing[:_NAMED])}{more}.")
    must_look: list[str] = []
    if report.residue:
        rows = [(row.where, row.of, str(count)) for row, count in sorted(report.residue.items())]
        show_table("Left in what was written", ["where", "value of", "files"], rows[:_NAMED])
        places = counted(len(report.residue), "place")
        must_look.append(
            f"Something of what was taken out is left in {places}; look at it, and take the attribute out with "
            "--remove."
        )
    else:
        say("Nothing of what was taken out is left in what was written.")
    account_for(report.files, "written without the identity", must_look=must_look)


def _show_carried(report: DeidentifyReport, embedded: EmbedReport) -> None:
    total = counted(len(embedded.slices), "slice")
    for shards in embedded.shards:
        say(
            f"The headers of a series take {shards['envelope_bytes']} bytes, spread over {shards['written']} slices "
            f"with {shards['shard_bytes']} bytes each; any {shards['needed']} of them give all of them back."
        )
    what = "Parts of the headers go" if report.carry == CARRIED_HEADER else "The identity goes"
    say(f"{what} along in {embedded.embedded} of {total}.")
    skipped = [[row.file, row.frame, row.reason] for row in embedded.slices if row.state == "skipped"]
    if skipped:
        show_table("Nothing inside: pixels unchanged", ["file", "frame", "reason"], skipped[:_NAMED])
    if report.sealed:
        say(
            f"{counted(report.sealed, 'file')} without room in the pixels carry it in the header, sealed in a private "
            "element; other programs may remove that."
        )
