"""Amounts of money as people write and read them; kept as whole minor units."""

import re
from decimal import Decimal

from models.errors import Mistake

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3}
"""How many digits the minor unit has, where it is not two."""

SCALES = {"": 1, "k": 1_000, "m": 1_000_000}
LARGEST_MINOR = 10**15

AMOUNT = re.compile(r"(?P<number>\d[\d.,]*)(?P<scale>[km]?)", re.IGNORECASE)
GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
DECIMAL = re.compile(
    r"(?P<whole>\d+|\d{1,3}(?:,\d{3})+(?=\.)|\d{1,3}(?:\.\d{3})+(?=,))(?:[.,](?P<part>\d+))?"
)


class NotAnAmount(Mistake):
    """Text that is not an amount of money."""

    def __init__(self) -> None:
        super().__init__("Write an amount: 60k, 60,000 or 60.000.")


class NotAboveZero(Mistake):
    """An amount to be given or moved that is 0 or less."""

    def __init__(self) -> None:
        super().__init__("Write an amount above 0, without a minus.")


class TooFine(NotAnAmount):
    """An amount with a part of the smallest unit."""

    def __init__(self, text: str, currency: str) -> None:
        smallest = f"{Decimal(1).scaleb(-minor_digits(currency)):f} {currency}"
        said = f"“{text[:30]}” is finer than {smallest}, the smallest amount there is."
        Mistake.__init__(self, said)


def parse_amount(text: str, currency: str) -> int:
    """Whole minor units from "60k", "60,000", "60.000", "1.2m" or "€60 000".

    A sign followed by exactly three digits groups thousands, unless k or m follows.
    Raises NotAnAmount.
    """
    bare = re.sub(r"[\s'’]", "", text).removeprefix(SYMBOLS.get(currency, currency))
    bare = bare.removesuffix(SYMBOLS.get(currency, currency))
    bare = re.sub(f"^{currency}|{currency}$", "", bare, flags=re.IGNORECASE)
    found = AMOUNT.fullmatch(bare)
    if found is None or not found["number"].isascii():
        raise NotAnAmount
    scale = SCALES[found["scale"].lower()]
    minor = _number(found["number"], scaled=scale > 1) * scale * 10 ** minor_digits(currency)
    if minor > LARGEST_MINOR:
        raise NotAnAmount
    if minor != minor.to_integral_value():
        raise TooFine(text.strip(), currency)
    return int(minor)


def parse_moved(text: str, currency: str) -> int:
    """The same for money that is given or moved. Raises NotAboveZero and NotAnAmount."""
    if text.strip().startswith(("-", "−")):
        raise NotAboveZero
    minor = parse_amount(text, currency)
    if minor == 0:
        raise NotAboveZero
    return minor


def parse_fact(text: str, currency: str) -> int:
    """The same for what was spent or is expected, which a minus may come before.

    Raises NotAnAmount.
    """
    bare = text.strip()
    if bare.startswith(("-", "−")):
        return -parse_amount(bare[1:], currency)
    return parse_amount(bare, currency)


def spell_amount(minor: int, currency: str) -> str:
    """An amount as it is typed, so that it reads as itself: "60,000", "0.50", "-5"."""
    amount = Decimal(minor).scaleb(-minor_digits(currency))
    if amount == amount.to_integral_value():
        return f"{amount:,.0f}"
    spelled = f"{amount:,f}"
    return f"{spelled}0" if GROUPED.fullmatch(spelled) else spelled


def format_amount(minor: int, currency: str, short: bool = False) -> str:
    """ "€60,000", or short "€60k"; a currency without a sign of its own comes first as letters."""
    amount, letter = Decimal(minor).scaleb(-minor_digits(currency)), ""
    if short:
        letter = "m" if abs(amount) >= SCALES["m"] else "k" if abs(amount) >= SCALES["k"] else ""
        amount = round(amount / SCALES[letter], 1)
    shown = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,f}"
    sign = "−" if minor < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{shown.lstrip('-')}{letter}"


def minor_digits(currency: str) -> int:
    """How many decimal digits the currency has."""
    return MINOR_DIGITS.get(currency, 2)


def _number(text: str, scaled: bool) -> Decimal:
    if not scaled and GROUPED.fullmatch(text) and not text.startswith("0"):
        return Decimal(re.sub(r"[.,]", "", text))
    found = DECIMAL.fullmatch(text)
    if found is None:
        raise NotAnAmount
    whole = re.sub(r"[.,]", "", found["whole"])
    return Decimal(f"{whole}.{found['part'] or 0}")
