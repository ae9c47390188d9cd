"""Figures of a table as people fill them in: how those of a column are meant, and in which unit.

"1,234" may be a thousand or one: what one cell leaves open, the others of its column decide.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from models.errors import Mistake
from models.money import LARGEST_MINOR, minor_digits

# fmt: off
CURRENCIES = frozenset({
    "AED", "AUD", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "CZK", "DKK", "EUR", "GBP",
    "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "KWD", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD",
    "VND", "ZAR",
})
# fmt: on
SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD"}
MARKS: Mapping[str, frozenset[str]] = {
    "us$": frozenset({"USD"}),
    "au$": frozenset({"AUD"}),
    "a$": frozenset({"AUD"}),
    "ca$": frozenset({"CAD"}),
    "c$": frozenset({"CAD"}),
    "hk$": frozenset({"HKD"}),
    "nz$": frozenset({"NZD"}),
    "r$": frozenset({"BRL"}),
    "s$": frozenset({"SGD"}),
    "$": frozenset({"AUD", "CAD", "CLP", "HKD", "MXN", "NZD", "SGD", "TWD", "USD"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"CNY", "JPY"}),
    "₹": frozenset({"INR"}),
    "zł": frozenset({"PLN"}),
    "kč": frozenset({"CZK"}),
    **{code.casefold(): frozenset({code}) for code in CURRENCIES},
}
"""What an amount may have beside it, and the currencies that this can mean."""

SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands", "tsd", "tausend", "000", "000s"), 1_000),
    **dict.fromkeys(("lakh", "lakhs"), 100_000),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions", "millionen"), 1_000_000),
    **dict.fromkeys(("crore", "crores"), 10_000_000),
    **dict.fromkeys(("bn", "mrd", "billion", "billions", "milliarden"), 1_000_000_000),
}
BESIDE_MONEY = {**SCALES, "t": 1_000, "1000": 1_000, "1000s": 1_000, "mm": 1_000_000}
"""T€ is thousands, while a T alone may be anything."""

UNCLEAR = frozenset({"t", "mm", "mil", "md", "mill"})
"""Units that mean one thing here and another there."""

NO_AMOUNT = frozenset(
    {"", "-", "--", "---", "n/a", "#n/a", "na", "n.a", "k.a", "tbd", "tbc", "tba", "none", "null"}
)
"""How people leave a cell empty in words."""

GROUPS = r"\s'’‘´`_"
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
NOISE = re.compile(f"[{GROUPS}]")
LOOSE = re.compile(rf"\d[{GROUPS}]+(?=\d)(?!\d{{3}}(?!\d))")
"""Digits apart that are no thousands."""

DASHES = str.maketrans(dict.fromkeys("−–—‐‑‒﹣－", "-"))
MONEY_MARK = re.compile("|".join(re.escape(mark) for mark in MARKS), re.IGNORECASE)
NO_CENTS = re.compile(r"(?<=\d)([.,])-{1,2}(?=\)?$)")
FIGURE = re.compile(
    r"(?P<open>\(?)(?P<lead>[-+]?)(?P<before>[a-z]*)(?P<number>\d[\d.,]*|[.,]\d+)"
    r"(?P<after>[a-z]*)\.?(?P<trail>[-+]?)(?P<close>\)?)",
    re.IGNORECASE,
)
SIGNS = "()-+"


class NotAFigure(Mistake):
    """A cell that is not a number, or not as the rest of its column writes them."""

    def __init__(self, text: str, sign: str) -> None:
        like = "1.234,56" if sign == "," else "1,234.56"
        super().__init__(f"“{text[:40]}” is not a number like {like}, as this column writes them")


class NotWhole(Mistake):
    """An amount of parts of the smallest coin, or of more than is kept."""

    def __init__(self, text: str, currency: str) -> None:
        super().__init__(f"“{text[:40]}” is not a whole amount in the smallest unit of {currency}")


class OtherMoney(Mistake):
    """An amount in another currency than the portfolio's."""

    def __init__(self, text: str, currency: str) -> None:
        super().__init__(f"“{text[:40]}” is not in {currency}, the currency of the portfolio")


class UnitTwice(Mistake):
    """An amount that says thousands in a column that says so too."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text[:40]}” has a unit, and so does the name of its column; write it once"
        )


@dataclass(frozen=True, slots=True)
class Heading:
    """What the name of a column says: its words, and for amounts their unit and currency."""

    words: str
    scale: int
    currency: str | None
    is_unclear: bool = False
    """Whether it says a unit of which nobody knows how much it is."""

    @classmethod
    def of(cls, name: str) -> "Heading":
        """ "year_budget_gbp_m" is the year budget in millions of GBP."""
        tokens = _tokens(name)
        currency = next((_currency(token) for token in tokens if _currency(token)), None)
        units = {place: scale for place in range(len(tokens)) if (scale := _unit(tokens, place))}
        rest = [place for place, token in enumerate(tokens) if place not in units]
        kept = [tokens[place] for place in rest if not _currency(tokens[place])]
        is_unclear = len(set(units.values())) > 1 or (len(kept) > 1 and kept[-1] in UNCLEAR)
        if len(kept) > 1 and kept[-1] in UNCLEAR:
            kept = kept[:-1]
        words = " ".join(kept) or " ".join(tokens[place] for place in units)
        return cls(words, next(iter(units.values()), 1), currency, is_unclear)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a column writes its figures: the sign before the decimals, and the column's unit.

    A sign that could as well group thousands does so, unless the unit is thousands or more:
    12.345 m is twelve millions.
    """

    sign: str
    scale: int = 1

    @classmethod
    def of(cls, texts: Iterable[str], scale: int = 1) -> "Figures":
        """As the cells of the column say."""
        votes: Counter[str] = Counter()
        open_to: set[str] = set()
        for text in texts:
            if says_nothing(text):
                continue
            number = _bare(text)
            if found := _decimal_sign(number):
                votes[found] += 1
            else:
                open_to |= set(number) & {".", ","}
        if votes:
            return cls(votes.most_common(1)[0][0], scale)
        if scale > 1 and len(open_to) == 1:
            return cls(open_to.pop(), scale)
        return cls("," if open_to == {"."} else ".", scale)

    def read(self, text: str) -> Decimal:
        """The figure as it stands, without the column's unit. Raises NotAFigure."""
        number, scale = self._parts(text)
        return number * scale

    def read_minor(self, text: str, currency: str) -> int:
        """The amount in whole minor units, exactly.

        Raises OtherMoney, NotAFigure, UnitTwice and NotWhole.
        """
        for mark in MONEY_MARK.findall(text):
            if currency not in MARKS[mark.casefold()]:
                raise OtherMoney(text, currency)
        number, own = self._parts(text)
        if own > 1 and self.scale > 1:
            raise UnitTwice(text)
        amount = number * own * self.scale * 10 ** minor_digits(currency)
        if amount != amount.to_integral_value() or abs(amount) > LARGEST_MINOR:
            raise NotWhole(text, currency)
        return int(amount)

    def _parts(self, text: str) -> tuple[Decimal, int]:
        """The number and the unit that the cell itself says."""
        found = FIGURE.fullmatch(_bare(text))
        if found is None or not found["number"].isascii() or LOOSE.search(text):
            raise NotAFigure(text, self.sign)
        signs = found["lead"] + found["trail"]
        unit = (found["before"] + found["after"]).casefold()
        units = BESIDE_MONEY if MONEY_MARK.search(text) else SCALES
        said_twice = len(signs) > 1 or bool(found["before"] and found["after"])
        if bool(found["open"]) != bool(found["close"]) or said_twice or unit not in {"", *units}:
            raise NotAFigure(text, self.sign)
        number = Decimal(self._plain(found["number"], text))
        return -number if found["open"] or signs == "-" else number, units.get(unit, 1)

    def _plain(self, number: str, text: str) -> str:
        group = "," if self.sign == "." else "."
        whole, _, part = number.partition(self.sign)
        first, *groups = whole.split(group)
        grouped_badly = groups and (
            not 1 <= len(first) <= 3 or any(len(each) != 3 for each in groups)
        )
        if grouped_badly or (part and not part.isdigit()):
            raise NotAFigure(text, self.sign)
        return f"{first or '0'}{''.join(groups)}{f'.{part}' if part else ''}"


def says_nothing(text: str) -> bool:
    """Whether a cell that is to hold a figure or a day says in words that it is empty: "€ -"."""
    return _bare(text).casefold().rstrip(".?") in NO_AMOUNT


def spell_minor(minor: int, currency: str) -> str:
    """The amount so that a column of such reads back as itself: "1234.56", never grouped.

    Three decimals could be taken for thousands, so that there are four.
    """
    digits = minor_digits(currency)
    amount = Decimal(minor).scaleb(-digits)
    return f"{amount:.{4 if digits == 3 else digits}f}"


def _tokens(name: str) -> list[str]:
    """The words of a column's name, a unit and a currency written as one taken apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    tokens: list[str] = []
    for token in re.findall(r"[^\W_]+|[€£$]", spaced.casefold()):
        front, back = token[:-3], token[-3:]
        if front in BESIDE_MONEY and _currency(back):
            tokens += [front, back]
        elif _currency(token[:3]) and token[3:] in BESIDE_MONEY:
            tokens += [token[:3], token[3:]]
        elif token == "000" and tokens[-1:] == ["1"]:  # in 1.000 EUR
            tokens[-1] = token
        elif token != "in" and not (token == "of" and tokens and tokens[-1] in BESIDE_MONEY):
            tokens.append(token)
    return tokens


def _unit(tokens: list[str], place: int) -> int | None:
    """How much the word at that place multiplies amounts by; None where it is no unit."""
    beside = [tokens[at] for at in (place - 1, place + 1) if 0 <= at < len(tokens)]
    if any(_currency(token) for token in beside):
        return BESIDE_MONEY.get(tokens[place])
    return SCALES.get(tokens[place]) if place == len(tokens) - 1 else None


def _currency(token: str) -> str | None:
    if token in SYMBOLS:
        return SYMBOLS[token]
    return token.upper() if token.upper() in CURRENCIES else None


def _bare(text: str) -> str:
    """Without blanks and the mark of a currency, with one kind of dash, and none for no cents."""
    plain = UNSEEN.sub("", NOISE.sub("", text)).translate(DASHES)
    return NO_CENTS.sub(r"\1", MONEY_MARK.sub("", plain))


def _decimal_sign(number: str) -> str | None:
    """The sign before the decimals, where this figure alone says so."""
    dots, commas = number.count("."), number.count(",")
    if dots and commas:
        return "." if number.rindex(".") > number.rindex(",") else ","
    if dots > 1 or commas > 1:
        return "," if dots else "."
    if not dots and not commas:
        return None
    sign = "." if dots else ","
    whole, _, part = number.strip(SIGNS).partition(sign)
    grouped = len(part) == 3 and part.isdigit() and 1 <= len(whole) <= 3 and whole[0] != "0"
    return None if grouped else sign
