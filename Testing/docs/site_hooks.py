"""What mkdocs does for our site beyond its own: pages and pictures from outside docs/, and nothing from elsewhere.

Pages link as the forge needs it (``../Resources/Screenshots/demo.png``, ``docs/cli.md``). Here those links are made to
fit the site: README is its first page, the pages at the top and the pictures lie in it, and a link to any other file of
the repository leads to the forge. A link to what is not there stops the build, and so does a page that would load
anything from another computer.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

TOP = Path(__file__).resolve().parents[2]
PAGES = {"README.md": "index.md"} | {name: name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")}
"""Pages at the top of the repository, and what they are called in the site."""
PICTURES = "Resources/Screenshots"
CODE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)((?:#[^)\s]*)?\))")
LOADED = re.compile(r"""<(?:script|img|iframe)[^>]*\ssrc=["']?(?:https?:)?//|<link[^>]*\shref=["']?(?:https?:)?//""")
LOADED_BY_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages at the top, and the pictures."""
    for name, page in PAGES.items():
        files.append(File.generated(config, _own_name(page), content=(TOP / name).read_text(encoding="utf-8")))
    for picture in sorted((TOP / PICTURES).glob("*.png")):
        files.append(File.generated(config, f"images/{picture.name}", abs_src_path=str(picture)))
    return files


def _own_name(page: str) -> str:
    """SECURITY.md beside security.md would be one file where the case of letters does not count."""
    return {"SECURITY.md": "reporting.md"}.get(page, page.lower())


def on_page_markdown(markdown: str, *, page: Any, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Make links fit the site."""
    names = {_own_name(name): path for path, name in PAGES.items()}
    place = names.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    parts = CODE.split(markdown)
    parts[::2] = [
        LINK.sub(lambda link: link[1] + _fitting(link[2], place, config) + link[3], part) for part in parts[::2]
    ]
    return "".join(parts)


def _fitting(link: str, place: str, config: MkDocsConfig) -> str:
    """Where a link of the page at `place` (in the repository) leads in the site."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(place), link))
    if not (TOP / target).exists():
        raise PluginError(f"{place} links to {link}, which is not there.")
    if target in PAGES:
        return _own_name(PAGES[target])
    if target.startswith(f"{PICTURES}/"):
        return f"images/{posixpath.basename(target)}"
    if target.startswith("docs/"):
        return target.removeprefix("docs/")
    return f"{str(config.repo_url).rstrip('/')}/blob/main/{target}"


def on_post_page(output: str, *, page: Any, config: MkDocsConfig) -> str:  # noqa: ARG001
    """Refuse a page that loads something from another computer."""
    if found := LOADED.search(output):
        raise PluginError(f"{page.file.src_uri} would load something from elsewhere: {found[0]}")
    return output


def on_post_build(*, config: Any) -> None:
    """Refuse a style that loads something from another computer."""
    for style in Path(config.site_dir).rglob("*.css"):
        if found := LOADED_BY_STYLE.search(style.read_text(encoding="utf-8")):
            raise PluginError(f"{style.name} would load something from elsewhere: {found[0]}")
