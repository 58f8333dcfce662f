"""What a computation reads is what its result depends on, also by way of results that it uses."""

from contextlib import suppress

import pytest

from archguard.incremental.dependencies import DependencyRecorder, Fact, Frame, Validity, facts_in

MANY = tuple("abcdefgh")
"""More facts than are copied into the frame that uses them."""


def read(recorder: DependencyRecorder, *facts: Fact) -> Frame:
    with recorder.computation() as frame:
        for fact in facts:
            recorder.read(fact)
    return frame


@pytest.mark.parametrize("facts", [MANY[:1], MANY[:4], MANY[:5], MANY])
def test_a_computation_depends_on_what_the_ones_inside_of_it_read(facts: tuple[str, ...]) -> None:
    recorder = DependencyRecorder()

    with recorder.root() as frame:
        recorder.read("before")
        read(recorder, *facts)
        recorder.read("after")

    assert facts_in(frame) == {"before", *facts, "after"}


@pytest.mark.parametrize("facts", [MANY[:1], MANY])
def test_who_uses_a_result_again_depends_on_what_it_has_read(facts: tuple[str, ...]) -> None:
    recorder = DependencyRecorder()
    memoized = read(recorder, *facts)

    with recorder.root() as frame:
        recorder.use(memoized)

    assert facts_in(frame) == {*facts}


def test_a_computation_ends_with_what_it_has_read() -> None:
    recorder = DependencyRecorder()

    with recorder.root() as around:
        outer = recorder.begin()
        recorder.read("inside")
        frame = recorder.end(outer)
        recorder.read("behind")

    assert (facts_in(frame), facts_in(around)) == ({"inside"}, {"inside", "behind"})


def test_a_computation_apart_is_no_part_of_the_one_around_it() -> None:
    recorder = DependencyRecorder()

    with recorder.root() as frame:
        with recorder.root() as apart:
            recorder.read("apart")
        recorder.read("own")

    assert (facts_in(frame), facts_in(apart)) == ({"own"}, {"apart"})


def test_a_computation_that_fails_has_read_what_it_read() -> None:
    recorder = DependencyRecorder()

    with recorder.root() as frame:
        with suppress(ZeroDivisionError), recorder.computation():
            recorder.read("inside")
            _ = 1 / 0
        recorder.read("behind")

    assert facts_in(frame) == {"inside", "behind"}


def test_nothing_is_recorded_where_nothing_is_kept() -> None:
    recorder = DependencyRecorder(is_recording=False)

    with recorder.computation() as frame:
        recorder.read("a")
        recorder.use_open(["b"])

    assert frame == recorder.frame == []


def in_a_cycle(first: str, second: str) -> tuple[Frame, Frame]:
    """The frames of two computations that use each other."""
    recorder = DependencyRecorder()
    with recorder.computation() as one:
        for fact in (first, *MANY):
            recorder.read(fact)
        with recorder.computation() as other:
            for fact in (second, *MANY):
                recorder.read(fact)
            recorder.use_open(one)
    return one, other


def test_results_that_depend_on_each_other_depend_on_the_same() -> None:
    one, other = in_a_cycle("x", "y")

    assert facts_in(one) == facts_in(other) == {"x", "y", *MANY}


@pytest.mark.parametrize(("changed", "holds"), [("z", True), ("x", False), ("y", False), ("h", False)])
def test_a_result_holds_as_long_as_all_that_it_depends_on_does(changed: str, *, holds: bool) -> None:
    for frame in in_a_cycle("x", "y"):
        assert Validity(lambda fact: fact != changed)(frame) is holds


def test_each_fact_is_asked_about_once() -> None:
    asked: list[Fact] = []

    def holds(fact: Fact) -> bool:
        asked.append(fact)
        return fact != "y"

    valid = Validity(holds)
    recorder = DependencyRecorder()
    shared = read(recorder, *MANY)
    users = []
    for fact in ("x", "y", "x"):
        with recorder.computation() as frame:
            recorder.use(shared)
            recorder.read(fact)
        users.append(frame)

    assert [valid(frame) for frame in users] == [True, False, True]
    assert sorted(map(str, asked)) == sorted({*asked}, key=str) == sorted([*MANY, "x", "y"])
