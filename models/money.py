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
    if minor != minor.to_integral_value() or minor > LARGEST_MINOR:
        raise NotAnAmount
    return int(minor)


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
