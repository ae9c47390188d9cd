"""Signal or noise: whether two counts differ by more than chance.

The rule is a two-sided sign test in whole numbers: of a and b with n = a + b and
k the smaller, t = the sum of C(n, i) for i = 0..k, chance is below 5 % where 40 * t < 2^n.
"""

from collections.abc import Sequence
from enum import StrEnum
from math import comb


class Compared(StrEnum):
    """What is said of a count beside the one before."""

    MORE = "more than before"
    FEWER = "fewer than before"
    USUAL = "within the usual range"


def differ(a: int, b: int) -> bool:
    """Whether chance alone makes two counts differ so much in less than 5 of 100 cases.

    40 * t < 2^n says the same as 20 * m > 19 * 2^n, where m is the sum of C(n, i) for i = k + 1 to
    n - k - 1: fewer terms, each from the one before, so that thousands are compared at once.
    """
    n, k = a + b, min(a, b)
    if (n - 2 * k) ** 2 > 8 * n:  # then t / 2^n is below e^-4, by Hoeffding's inequality
        return True
    term, between = comb(n, k), 0
    for i in range(k + 1, n - k):
        term = term * (n - i + 1) // i
        between += term
    return bool(20 * between > 19 * 2**n)


def compare(lately: Sequence[int], before: Sequence[int]) -> Compared:
    """What is said of two stretches by their weekly counts.

    The difference must also hold, the same way, without the largest week of the larger side.
    """
    a, b = sum(lately), sum(before)
    rest_a = a - max(lately, default=0) if a > b else a
    rest_b = b - max(before, default=0) if b > a else b
    if not (differ(a, b) and differ(rest_a, rest_b) and (a > b) == (rest_a > rest_b)):
        return Compared.USUAL
    return Compared.MORE if a > b else Compared.FEWER


def bursts(weeks: Sequence[int]) -> Sequence[int]:
    """The places of the weeks that hold half of the count or more: they are named."""
    total = sum(weeks)
    return [place for place, count in enumerate(weeks) if count and 2 * count >= total]
