"""What has read something, directly or through other answers."""

from archguard.incremental.dependencies import Frame
from archguard.incremental.dependents import Dependents


def _dependents(*frames: Frame) -> Dependents:
    found = Dependents(lambda fact: fact)
    for frame in frames:
        found.add(frame)
    return found


def test_whoever_uses_an_answer_depends_on_what_that_has_read() -> None:
    inner = Frame(["orders"])
    outer = Frame(["stock", inner])
    other = Frame(["stock"])
    dependents = _dependents(outer, other)

    assert dependents.on(["orders"]) == {inner, outer}
    assert dependents.on(["stock"]) == {outer, other}
    assert dependents.on(["nothing"]) == set()


def test_answers_that_depend_on_each_other_depend_on_what_either_has_read() -> None:
    one, other = Frame(["orders"]), Frame(["stock"])
    one.append(other)
    other.append(one)

    assert _dependents(one).on(["stock"]) == {one, other}


def test_equal_frames_are_told_apart() -> None:
    one, other = Frame(["orders"]), Frame(["orders"])

    assert one in _dependents(one)
    assert other not in _dependents(one)


def test_a_frame_that_was_dropped_can_be_added_again() -> None:
    inner = Frame(["orders"])
    outer = Frame([inner])
    dependents = _dependents(outer)

    dependents.drop(dependents.on(["orders"]))
    assert dependents.on(["orders"]) == set()

    dependents.add(outer)
    assert dependents.on(["orders"]) == {inner, outer}


def test_what_uses_no_dropped_frame_stays() -> None:
    shared = Frame(["settings"])
    gone, left = Frame(["orders", shared]), Frame(["stock", shared])
    dependents = _dependents(gone, left)

    dependents.drop({gone})

    assert dependents.on(["settings"]) == {shared, left}
