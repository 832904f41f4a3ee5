"""What is here of a series is told by numbers that are certain, and nothing is said that is not known."""

from __future__ import annotations

from StegoMedLib.dicom import Number
from StegoMedLib.pipeline.extracted_slice import ExtractedSliceReport
from StegoMedLib.pipeline.series_found import FoundSeries, in_words, series_found
from StegoMedLib.pipeline.tying import State, Verdict


def row(number: int | None, count: int = 6, state: State = State.INTACT) -> ExtractedSliceReport:
    """A slice with its number (from 0), or one without a record."""
    if number is None:
        return ExtractedSliceReport("unread", 0, None, "")
    return ExtractedSliceReport(
        f"{number}.dcm", 0, 0, "", verdict=Verdict(state, number=Number(0, number, count)), run=0
    )


def found(*rows: ExtractedSliceReport, along: list[float] | None = None) -> FoundSeries:
    places = [("stack", place) for place in along or [float(index) for index in range(len(rows))]]
    (series,) = series_found(rows, places)
    return series


def test_all_slices_once_are_complete_and_in_order() -> None:
    series = found(*map(row, range(6)))
    assert series.complete
    assert str(series) == "The series is complete: 6 slices."
    assert not series.disorder


def test_missing_and_doubled_slices_are_named_in_runs() -> None:
    series = found(*map(row, (0, 1, 1, 5)))
    assert series.as_json() == {
        "count": 6,
        "complete": False,
        "lacking": 3,
        "missing": [[3, 5]],
        "doubled": [[2, 2]],
        "foreign": [],
        "in_order": True,
    }
    assert "3 are missing of its 6 slices, number 3 to 5; 1 is here more than once, number 2" in str(series)


def test_slices_without_a_record_are_not_taken_for_those_that_are_missing() -> None:
    series = found(*map(row, (0, 1, 2, 3)), row(None), row(None))
    assert not series.complete
    assert series.sound, "a sender may have left out slices without air"
    assert "4 of the 6 slices" in str(series)
    assert "(number 5 to 6)" in str(series)
    assert "cannot be told" in str(series)


def test_slices_that_lie_elsewhere_than_they_did_need_a_person() -> None:
    assert found(*map(row, (0, 1, 2)), along=[0.0, 2.0, 1.0]).disorder
    assert not found(*map(row, (0, 1, 2)), along=[2.0, 1.0, 0.0]).disorder, "the other way round is an order, too"


def test_a_slice_with_the_record_of_another_image_is_foreign() -> None:
    series = found(row(0), row(1), row(1, state=State.ANOTHER))
    assert series.foreign == ("1.dcm",)
    assert "1 is foreign" in str(series)


def test_millions_of_slices_that_a_sender_speaks_of_are_one_run() -> None:
    series = found(row(2**24 - 2, count=2**24 - 1))
    assert series.as_json()["missing"] == [[1, 2**24 - 2]]
    assert len(str(series)) < 200


def test_slices_that_were_sealed_one_by_one_are_said_in_one_sentence() -> None:
    alone, other = found(row(0, 1)), found(*map(row, (0, 1)))
    assert in_words([alone]) == ["The series is complete: 1 slice."]
    assert in_words([alone, other, alone, alone]) == [
        "3 slices were sealed one by one, so whether others of their series are missing cannot be told.",
        str(other),
    ]
