"""The passphrase that a record is embedded under: typed or generated, and judged while it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from StegoMedLib.errors import StegoMedError, UsageError
from StegoMedPanel.passphrase import PassphraseFields
from StegoMedPanel.states import State, say, weight_of

if TYPE_CHECKING:
    from StegoMedLib.envelope import SingleKey
    from StegoMedLib.envelope.strength import Strength
    from StegoMedPanel.desk import Desk

__all__ = ["NewPassphrase"]


class NewPassphrase:
    """Two fields, a button that fills them, a line that says how strong it is, a box to insist on a weak one."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._ui = desk, desk.ui
        ui = self._ui
        self._fields = PassphraseFields(ui.showPassphrase, ui.passphrase, ui.repeatPassphrase)
        self._seen, self._words, self._refused = "", ("", State.PLAIN), False
        ui.passphrase.connect("textChanged(QString)", desk.refresh_soon)
        ui.generatePassphrase.connect("clicked(bool)", self._on_generate)

    def text(self, *, needed: bool) -> str:
        """The passphrase; an empty one, where it is not `needed` and nothing is typed.

        Raises
        ------
        UsageError
            It is empty, or the two fields differ.
        """
        return self._fields.text(needed=needed)

    def key(self, passphrase: str) -> SingleKey:
        """The key to seal with; needs packages.

        Raises
        ------
        UsageError
            Nobody can type it, or it is easy to guess and the user does not insist.
        """
        from StegoMedLib.envelope import Passphrase  # noqa: PLC0415 needs packages

        key = Passphrase.typed(passphrase)
        self._look(passphrase)
        if self._refused and not self._ui.weakPassphrase.checked:
            raise UsageError(self._words[0])
        return key

    def clear(self) -> None:
        """Forget it, and hide what is typed next."""
        self._fields.clear()
        self._look("")

    def refresh(self) -> None:
        """Say how strong it is."""
        self._look(str(self._ui.passphrase.text))
        say(self._ui.passphraseState, *self._words)
        self._ui.weakPassphrase.visible = self._refused

    def _look(self, passphrase: str) -> None:
        """Judge a passphrase once; whoever insisted on another one has not insisted on this."""
        if passphrase == self._seen:
            return
        self._ui.weakPassphrase.checked = False
        self._seen, self._words, self._refused = "", ("", State.PLAIN), False
        if not passphrase:
            return
        try:
            strength = _strength(passphrase)
        except StegoMedError as error:
            self._words = str(error), State.ERROR
        except ImportError:  # packages are missing, and asked for when work begins
            return
        else:
            self._words, self._refused = _judgement(strength), strength.refused
        self._seen = passphrase

    def _on_generate(self) -> None:
        try:
            self._desk.work.ensure_packages()
            from StegoMedLib.envelope.words import make_passphrase  # noqa: PLC0415 needs packages

            passphrase, _ = make_passphrase()
        except StegoMedError as error:
            say(self._ui.passphraseState, str(error), weight_of(error))
            return
        self._fields.fill(passphrase)
        self.refresh()


def _strength(passphrase: str) -> Strength:
    from StegoMedLib.envelope import Passphrase  # noqa: PLC0415 needs packages
    from StegoMedLib.envelope.strength import strength_of  # noqa: PLC0415 needs packages

    return strength_of(Passphrase.typed(passphrase).prepared)


def _judgement(strength: Strength) -> tuple[str, State]:
    if strength.refused:
        words = f"This passphrase could be guessed in {strength}; choose a better one, or tick “Use it anyway”."
        return words, State.ERROR
    if not strength.enough:
        return f"This passphrase could be guessed in {strength}; Generate makes a better one.", State.WARNING
    return f"Guessing this passphrase takes {strength}; keep it in a safe place.", State.GOOD
