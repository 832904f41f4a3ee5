"""`slicer.packaging`, of Slicer 5.11 and later: asks for packages, checks them; the host installs nothing."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from collections.abc import Callable

#: What the host was asked to install, one list a call.
asked: list[list[str]] = []

#: What happens instead of an installation; a test may put its own here.
installer: Callable[[list[str]], None] | None = None


def load_requirements(path: str | Path) -> list[str]:
    """Requirements in a requirements.txt, without comments."""
    lines = (re.sub(r"(^|\s)#.*$", "", line).strip() for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [each for each in lines if each]


def pip_check(requirements: Any) -> bool:
    """Whether all these packages are installed in versions that fit."""
    texts = [requirements] if isinstance(requirements, str | Requirement) else list(requirements)
    return all(_is_there(Requirement(str(each))) for each in texts)


def _is_there(requirement: Requirement) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement.specifier.contains(version, prereleases=True)


def pip_install(requirements: Any, **_options: Any) -> None:
    """Note what was asked for and hand it to `installer`."""
    texts = requirements.split() if isinstance(requirements, str) else [str(each) for each in requirements]
    asked.append(texts)
    if installer is not None:
        installer(texts)


def pip_ensure(requirements: Any, *, skip_in_testing: bool = True, **options: Any) -> None:
    """Install what is missing; does nothing in testing mode.

    Raises
    ------
    RuntimeError
        If the user declines.
    """
    import slicer

    if skip_in_testing and slicer.app.testingEnabled():
        return
    texts = [requirements] if isinstance(requirements, str) else [str(each) for each in requirements]
    missing = [each for each in texts if not pip_check(each)]
    if not missing:
        return
    if options.pop("prompt_install", True) and not slicer.util.confirmOkCancelDisplay(f"Install {', '.join(missing)}?"):
        raise RuntimeError("the user declined to install " + ", ".join(missing))
    pip_install(missing, **options)
