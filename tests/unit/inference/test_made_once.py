"""What is remembered by identity: made once per object, never taken for another one's."""

from itertools import count

from sluice.inference.made_once import MadeOnce


def test_of_one_object_and_key_it_is_made_once() -> None:
    numbers = count(1)
    once: MadeOnce[list[int], str, int] = MadeOnce(lambda source, key: next(numbers))
    source = [1]

    assert [once.of(source, "a"), once.of(source, "a"), once.of(source, "b")] == [1, 1, 2]


def test_an_equal_object_is_another_one() -> None:
    once: MadeOnce[list[int], str, list[object]] = MadeOnce(lambda source, key: [source, key])

    assert once.of(first := [1], "a") is not once.of(second := [1], "a")
    assert first == second


def test_an_object_that_is_gone_leaves_its_id_to_nobody() -> None:
    once: MadeOnce[list[int], int, int] = MadeOnce(lambda source, key: source[0] + key)

    assert [once.of([number], 0) for number in range(3000)] == list(range(3000))
