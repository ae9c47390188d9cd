"""Days as people count and write them."""

from datetime import date, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SATURDAY = 5
ANSWER_WORKING_DAYS = 10
"""Within how many working days a new idea has its first answer."""


def working_days_after(day: date, days: int) -> date:
    """The day that is so many working days later, Monday to Friday."""
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


def answer_due_on(entered_on: date) -> date:
    """The day by which an idea that came in has its first answer."""
    return working_days_after(entered_on, ANSWER_WORKING_DAYS)


def spell_day(day: date) -> str:
    """ "30 Sep 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def same_day_from(day: date, today: date) -> date:
    """The next such day of the year that is not before today; 29 Feb becomes 28 Feb."""
    year = today.year
    while (moved := _in_year(day, year)) < today:
        year += 1
    return moved


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
