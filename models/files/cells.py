"""Cells of a table as people fill them: how the figures and days of a column are meant.

"1,234" may be a thousand or one, and 3/5 may be in May or in March: what one cell leaves open, the
others of its column decide.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from models.calendar import MONTHS
from models.errors import Mistake
from models.money import LARGEST_MINOR, minor_digits

SYMBOLS = {"€": "EUR", "£": "GBP", "$": "USD"}
# fmt: off
CURRENCIES = frozenset({
    "AED", "AUD", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "CZK", "DKK", "EUR", "GBP",
    "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "KWD", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD",
    "VND", "ZAR",
})
# fmt: on
SCALES = {
    "k": 1_000,
    "thousand": 1_000,
    "thousands": 1_000,
    "tsd": 1_000,
    "m": 1_000_000,
    "mn": 1_000_000,
    "mio": 1_000_000,
    "million": 1_000_000,
    "millions": 1_000_000,
    "bn": 1_000_000_000,
    "billion": 1_000_000_000,
    "billions": 1_000_000_000,
}
SUFFIXES = {"k": 1_000, "m": 1_000_000, "bn": 1_000_000_000}

NOISE = re.compile(r"[\s'’_]")
MONEY_MARK = re.compile("|".join(["[€£$]", *sorted(CURRENCIES)]), re.IGNORECASE)
FIGURE = re.compile(r"(?P<number>\d[\d.,]*|[.,]\d+)(?P<scale>k|m|bn)?", re.IGNORECASE)
SIGNS = "()-−+"
ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
SPELLED = re.compile(r"(\d{1,2})[ .-]*([A-Za-z]{3})[a-z]*[ .,-]*(\d{4})")
MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2}),? (\d{4})")
FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTHS_MOST = 12


class NotAFigure(Mistake):
    """A cell that is not a number, or not as the rest of its column writes them."""

    def __init__(self, text: str, sign: str) -> None:
        like = "1.234,56" if sign == "," else "1,234.56"
        super().__init__(f"“{text[:40]}” is not a number like {like}, as this column writes them")


class NotADay(Mistake):
    """A cell that is not a day."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}” is not a day like 2026-05-18")


class DayOrMonth(Mistake):
    """A day of which nothing in its column says whether the day or the month comes first."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text[:40]}”: is it the day or the month first? Write 2026-05-18")


class NotWhole(Mistake):
    """An amount of parts of the smallest coin, or of more than is kept."""

    def __init__(self, text: str, currency: str) -> None:
        super().__init__(f"“{text[:40]}” is not a whole amount in the smallest unit of {currency}")


@dataclass(frozen=True, slots=True)
class Heading:
    """What the name of a column says: its words, and for amounts their unit and currency."""

    words: str
    scale: int
    currency: str | None

    @classmethod
    def of(cls, name: str) -> "Heading":
        """ "year_budget_gbp_m" is the year budget in millions of GBP."""
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
        tokens = re.findall(r"[^\W_]+|[€£$]", spaced.casefold())
        currency = next((_currency(token) for token in tokens if _currency(token)), None)
        scale = SCALES.get(tokens[-1], 1) if tokens else 1
        kept = [token for token in tokens if _currency(token) is None and token != "in"]
        if scale != 1:
            kept = kept[:-1] or kept
        return cls(" ".join(kept), scale, currency)


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
        bare = _bare(text)
        negative = bare.startswith(("-", "−", "(")) or bare.endswith("-")
        found = FIGURE.fullmatch(bare.strip(SIGNS))
        if found is None or not found["number"].isascii():
            raise NotAFigure(text, self.sign)
        number = Decimal(self._plain(found["number"], text))
        number *= SUFFIXES.get((found["scale"] or "").lower(), 1)
        return -number if negative else number

    def read_minor(self, text: str, currency: str) -> int:
        """The amount in whole minor units, exactly. Raises NotAFigure and NotWhole."""
        amount = self.read(text) * self.scale * 10 ** minor_digits(currency)
        if amount != amount.to_integral_value() or abs(amount) > LARGEST_MINOR:
            raise NotWhole(text, currency)
        return int(amount)

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


@dataclass(frozen=True, slots=True)
class Days:
    """How a column writes its days: with the day first, else the month; None where it is open."""

    day_first: bool | None

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Days":
        """As the cells of the column say: a number above twelve is a day."""
        votes: Counter[bool] = Counter()
        for text in texts:
            found = SLASHED.fullmatch(text.strip())
            if found and max(int(found[1]), int(found[2])) > MONTHS_MOST:
                votes[int(found[1]) > MONTHS_MOST] += 1
        return cls(votes.most_common(1)[0][0] if votes else None)

    def read(self, text: str) -> date:
        """The day. Raises NotADay and DayOrMonth."""
        try:
            day = self._day(text.strip())
        except ValueError as error:
            raise NotADay(text) from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise NotADay(text)
        return day

    def read_moment(self, text: str) -> datetime:
        """The moment, in UTC where it names no zone; a day alone is its beginning.

        Raises NotADay and DayOrMonth.
        """
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            day = self.read(text)
            moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise NotADay(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _day(self, bare: str) -> date:
        if found := ISO_DAY.fullmatch(bare):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := DOTTED.fullmatch(bare):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := SPELLED.fullmatch(bare):
            return date(int(found[3]), _month(found[2]), int(found[1]))
        if found := MONTH_FIRST.fullmatch(bare):
            return date(int(found[3]), _month(found[1]), int(found[2]))
        if found := SLASHED.fullmatch(bare):
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            if self.day_first is None and first != second:
                raise DayOrMonth(bare)
            day, month = (first, second) if self.day_first else (second, first)
            return date(year, month, day)
        raise ValueError(bare)


def spell_minor(minor: int, currency: str) -> str:
    """The amount so that a column of such reads back as itself: "1234.56", never grouped.

    Three decimals could be taken for thousands, so that there are four.
    """
    digits = minor_digits(currency)
    amount = Decimal(minor).scaleb(-digits)
    return f"{amount:.{4 if digits == 3 else digits}f}"


def spell_moment(at: datetime) -> str:
    """ "2026-05-18T09:00:00+00:00", to the microsecond where it has such."""
    return at.astimezone(UTC).isoformat()


def _currency(token: str) -> str | None:
    if token in SYMBOLS:
        return SYMBOLS[token]
    return token.upper() if token.upper() in CURRENCIES else None


def _month(name: str) -> int:
    return MONTHS.index(name.capitalize()) + 1


def _bare(text: str) -> str:
    """Without blanks and the sign or letters of a currency."""
    return MONEY_MARK.sub("", NOISE.sub("", text))


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
