"""Why a pixel is not air: one reason a pixel, the first of the guard's chain that holds."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["REMEDIES", "SENTENCES", "WHOLE", "Reason"]


class Reason(IntEnum):
    """Reasons in the order of the chain; a pixel without one is proved to be air."""

    AIR = 0
    PADDING = 1
    BODY = 2
    UNSEEN = 3
    PHYSICS = 4
    INSIDE = 5
    CUT = 6
    FADING = 7
    AGREEMENT = 8
    NEIGHBOUR = 9
    NO_BODY = 10

    @property
    def key(self) -> str:
        """Name in JSON reports and on the screen."""
        return self.name.lower()


SENTENCES = {
    Reason.AIR: "proved to be air",
    Reason.PADDING: "no pixel was measured there",
    Reason.BODY: "the significant region and its margin",
    Reason.UNSEEN: "nothing in the image shows what its air looks like",
    Reason.PHYSICS: "its values are not those of outside air",
    Reason.INSIDE: "between parts of the body",
    Reason.CUT: "cut open by the border or the reconstruction circle, or enclosed",
    Reason.FADING: "no skin: the body fades into it",
    Reason.AGREEMENT: "another finder takes it for the body, or is not sure",
    Reason.NEIGHBOUR: "a neighbouring slice has the body there",
    Reason.NO_BODY: "no body was found in the slice, so nothing in it is taken for air",
}
"""What each reason means."""

WHOLE = {
    Reason.PADDING: "everything around the body is padding",
    Reason.BODY: "no outside air: the body fills the image",
    Reason.UNSEEN: "nothing in it shows what its air looks like",
    Reason.PHYSICS: "what surrounds the body does not look like outside air",
    Reason.INSIDE: "no outside air: the field of view lies inside the body",
    Reason.CUT: "no outside air: the field of view lies inside the body",
    Reason.FADING: "the body fades into the dark, so that air cannot be distinguished from it",
    Reason.AGREEMENT: "the finders do not agree on what is air",
    Reason.NEIGHBOUR: "neighbouring slices have the body where this one shows air",
    Reason.NO_BODY: "no body was found in it, so nothing in it is taken for air",
}
"""What took most of a slice without usable air."""

REMEDIES = {
    Reason.PADDING: "use images whose air was not blanked",
    Reason.BODY: "use slices with air around the body",
    Reason.UNSEEN: "use the original images of the scanner, not scouts, screenshots or maps made from them",
    Reason.PHYSICS: "use the original images of the scanner, in its own units",
    Reason.INSIDE: "use a reconstruction with a larger field of view",
    Reason.CUT: "use a reconstruction with a larger field of view",
    Reason.FADING: "use a series that shows the skin all around",
    Reason.AGREEMENT: "review the mask, or use other slices",
    Reason.NEIGHBOUR: "use other slices",
    Reason.NO_BODY: "use slices that show the body, or draw its mask",
}
"""What to do about a slice without usable air."""
