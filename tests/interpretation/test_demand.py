"""Demand: families and listeners apart, room and online apart, and nothing merged that is heard differently."""

from registration.interpretation.demand import Counted, Decided, demand


def test_families_and_listeners_room_and_online_are_counted_apart() -> None:
    row = demand([Counted("so", "spoken", 5, 9, families_online=2, listeners_online=3, late=1)], [], "en").rows[0]
    assert (row.families_room, row.listeners_room, row.families_online, row.listeners_online) == (3, 6, 2, 3)
    assert (row.families, row.listeners, row.late) == (5, 9, 1)


def test_spoken_sign_and_captions_are_never_merged() -> None:
    found = demand(
        [Counted("es", "spoken", 2, 2), Counted("mfs", "sign", 1, 1), Counted("en", "captions", 1, 1)], [], "en"
    )
    assert [(row.language, row.modality) for row in found.rows] == [
        ("es", "spoken"), ("en", "captions"), ("mfs", "sign"),
    ]  # fmt: skip


def test_a_request_in_the_floor_language_is_no_demand() -> None:
    assert demand([Counted("en", "spoken", 3, 3)], [], "en").rows == []


def test_own_words_stand_apart() -> None:
    found = demand([Counted("und", "spoken", 2, 2, own_words=True)], [], "en")
    assert (found.rows, found.own_words) == ([], 2)


def test_a_service_stands_without_any_request() -> None:
    found = demand([], [Decided("es", "spoken", "simultaneous", "confirmed", 2, 1)], "en")
    assert found.rows[0].families == 0
    assert found.rows[0].decided is not None


def test_a_late_request_is_still_unmet_need() -> None:
    found = demand([Counted("so", "spoken", 1, 1, late=1)], [], "en")
    assert [(row.late, row.decided) for row in found.rows] == [(1, None)]
