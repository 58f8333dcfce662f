"""A caller of a memoized function depends on what it has read; results of earlier versions may still hold."""

import pytest

from archguard.incremental.dependencies import DependencyRecorder, Frame, facts_in
from archguard.incremental.memos import Answer, AnswerStore, Memo


def test_whoever_is_given_an_answer_depends_on_what_that_has_read() -> None:
    recorder = DependencyRecorder()
    memo = Memo[int](recorder)
    memo.put("one", Answer(1, Frame(["orders"])))

    with recorder.root() as frame:
        assert memo.get("one") == 1
        assert memo.get("two") is None
        assert memo.get("two", 2) == 2

    assert facts_in(frame) == {"orders"}
    assert [key in memo for key in ("one", "two")] == [True, False]


def test_what_is_read_after_a_computation_that_failed_is_recorded_as_before() -> None:
    recorder = DependencyRecorder()
    memo = Memo[int](recorder)

    def fail() -> int:
        recorder.read("orders")
        raise RecursionError

    with recorder.root() as frame:
        with pytest.raises(RecursionError):
            memo.compute("one", fail)
        recorder.read("stock")

    assert facts_in(frame) == {"orders", "stock"}
    assert "one" not in memo


def test_an_answer_of_an_earlier_version_counts_if_what_it_has_read_says_the_same() -> None:
    recorder = DependencyRecorder()
    earlier = {"one": Answer(1, Frame(["orders"])), "two": Answer(2, Frame(["stock"]))}
    memo = Memo[int](recorder, earlier, lambda frame: "stock" not in frame)

    with recorder.root() as frame:
        assert [memo.get(key) for key in ("one", "two", "three")] == [1, None, None]

    assert facts_in(frame) == {"orders"}
    assert [key in memo for key in ("one", "two")] == [True, False]


def test_without_anything_to_judge_by_no_earlier_answer_counts() -> None:
    memo = Memo[int](DependencyRecorder(), {"one": Answer(1, Frame(["orders"]))})

    assert memo.get("one") is None


def test_new_answers_are_those_that_no_earlier_version_has_given() -> None:
    memo = Memo[int](DependencyRecorder(), {"one": Answer(1, Frame(["orders"]))}, lambda _: True)
    memo.get("one")
    memo.put("two", Answer(2, Frame(["stock"])))

    assert dict(memo.new()) == {"two": Answer(2, ["stock"])}


def test_each_sort_of_question_has_one_memo() -> None:
    answers, recorder = AnswerStore(), DependencyRecorder()

    assert answers.memo(recorder, "types", "calls") is answers.memo(recorder, "types", "calls")
    assert answers.memo(recorder, "types", "calls") is not answers.memo(recorder, "types", "names")


def test_a_session_keeps_the_new_answers_that_hold_and_have_read_something() -> None:
    answers = AnswerStore(lambda _: True, {("types", "calls"): {"old": Answer(0, Frame(["a"]))}})
    memo = answers.memo(DependencyRecorder(), "types", "calls")
    assert memo.get("old") == 0
    for key, frame in {"new": Frame(["orders"]), "draft": Frame(["draft"]), "constant": Frame()}.items():
        memo.put(key, Answer(1, frame))

    frames = [*answers.keep(lambda frame: "draft" not in frame)]

    assert [[*frame] for frame in frames] == [["orders"]]
    assert [*answers.earlier["types", "calls"]] == ["old", "new"]
