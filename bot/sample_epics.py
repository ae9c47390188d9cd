"""A made-up portfolio's half year: what was proposed, when, and how it went."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampleEpic:
    """An idea, how many days ago it came, and the states it entered after so many days."""

    stream: str
    days_ago: int
    by: str
    title: str
    hypothesis: str
    way: tuple[tuple[int, str], ...] = ()
    reason: str | None = None
    answers: tuple[tuple[str, str], ...] = ()


PAY, ONB, PLA = "Payments", "Onboarding", "Platform"
R, A, Y, IM, D, S = "reviewing", "analyzing", "ready", "implementing", "done", "stopped"

BANK = (
    ("for_whom", "Returning customers in the EU"),
    ("indicator", "Checkout completion, % of started checkouts"),
    ("baseline", "61"),
    ("target", "68"),
    ("kill_threshold", "below 63 % after 6 weeks of the MVP"),
    ("mvp_cost", "60k"),
    ("full_cost", "420k"),
    ("horizon", "1"),
    ("theme", "Fewer abandoned purchases"),
    ("project", "PRJ-204 Checkout renewal"),
)
PHONE = (
    ("for_whom", "New customers with a passport"),
    ("indicator", "Sign-ups finished in one go, % of those begun"),
    ("baseline", "44"),
    ("target", "60"),
    ("mvp_cost", "35k"),
    ("theme", "A first day without paper"),
)
MIRROR = (
    ("indicator", "Releases held up by a busy test environment, a month"),
    ("baseline", "9"),
    ("target", "2"),
    ("mvp_cost", "18k"),
    ("full_cost", "80k"),
    ("horizon", "1"),
)

EPICS = (
    SampleEpic(
        ONB,
        178,
        "cleo",
        "Address check in one step",
        "Typing an address once instead of three times lets more people finish.",
        ((4, R), (12, A), (30, Y), (37, IM), (112, D)),
    ),
    SampleEpic(
        PAY,
        171,
        "ben",
        "Receipts by e-mail at once",
        "A receipt within a minute halves the calls that ask whether the payment arrived.",
        ((5, R), (11, A), (24, Y), (26, IM), (88, D)),
    ),
    SampleEpic(
        PLA,
        166,
        "eli",
        "One log for all services",
        "Finding the cause of an outage takes an hour today; one log makes it ten minutes.",
        ((6, R), (15, A), (33, Y), (41, IM), (129, D)),
    ),
    SampleEpic(
        PAY,
        159,
        "ana",
        "One-click checkout",
        "Returning customers who need not type anything buy more often.",
        ((7, R), (20, A), (47, Y), (55, IM)),
        answers=(
            ("indicator", "Repeat purchases within 30 days, %"),
            ("baseline", "18"),
            ("target", "23"),
        ),
    ),
    SampleEpic(
        ONB,
        152,
        "ana",
        "Video call to prove who you are",
        "Some people would rather talk to a person than scan a passport.",
        ((6, R), (18, A), (41, S)),
        "9 of 12 people we asked hung up while waiting; the scan was faster.",
    ),
    SampleEpic(
        PLA,
        147,
        "eli",
        "Move the batch jobs off the old server",
        "The nightly run ends before offices open, instead of at ten.",
        ((3, R), (9, A), (21, Y), (30, IM), (84, D)),
    ),
    SampleEpic(
        PAY,
        140,
        "dana",
        "Reminders before a card expires",
        "A friendly note two weeks before saves one in three failed renewals.",
        ((8, R), (17, A), (29, Y), (34, IM), (97, D)),
        answers=(
            ("indicator", "Renewals that fail, %"),
            ("baseline", "6.2"),
            ("target", "4"),
            ("mvp_cost", "12k"),
        ),
    ),
    SampleEpic(
        ONB,
        133,
        "cleo",
        "Passport by phone",
        "A photo of the passport from the phone in "
        "your hand gets more people through on the first day.",
        ((5, R), (14, A), (36, Y), (44, IM), (129, D)),
        answers=PHONE,
    ),
    SampleEpic(
        PAY,
        126,
        "ana",
        "Pay by bank transfer at checkout",
        "Paying straight from the bank gets more returning customers through checkout.",
        ((6, R), (19, A), (40, Y), (52, IM)),
        answers=BANK,
    ),
    SampleEpic(
        PLA,
        119,
        "eli",
        "A second test environment",
        "Three epics wait for the first one; a second one lets each release go when it is done.",
        ((4, R), (13, A), (30, Y), (48, IM)),
        answers=MIRROR,
    ),
    SampleEpic(
        PAY,
        112,
        "ben",
        "Gift cards",
        "People buy for others in December if it takes one minute.",
        ((9, R), (26, A), (58, S)),
        "Two shops of our size sold fewer than forty a year. Thank you for asking before building.",
    ),
    SampleEpic(
        ONB,
        104,
        "ana",
        "Sign up with the account you have at work",
        "Small firms sign up faster when nobody needs a new password.",
        ((5, R), (17, A), (45, Y), (70, A), (88, Y)),
    ),
    SampleEpic(
        PLA,
        97,
        "dana",
        "Invoices straight into the ledger",
        "Month end takes four days; typing invoices is two of them.",
        ((6, R), (21, A), (49, Y), (63, IM)),
        answers=(
            ("indicator", "Working days to close a month"),
            ("baseline", "4"),
            ("target", "2"),
            ("full_cost", "95k"),
        ),
    ),
    SampleEpic(
        PAY,
        90,
        "ben",
        "Show fees before paying",
        "Nobody leaves at the last step over a fee they saw at the first.",
        ((4, R), (16, A), (42, Y), (57, IM)),
    ),
    SampleEpic(
        ONB,
        83,
        "cleo",
        "Ask for the company number first",
        "With the number we fill in nine fields for them.",
        ((7, R), (19, A), (50, Y), (79, IM)),
    ),
    SampleEpic(
        PLA,
        76,
        "eli",
        "Restore a backup every week",
        "A backup nobody has restored is a hope, not a backup.",
        ((3, R), (10, A), (26, Y), (31, IM), (66, D)),
    ),
    SampleEpic(
        PAY,
        68,
        "ana",
        "Pay later for small firms",
        "Firms that may pay in 30 days order more at once.",
        ((8, R), (27, A)),
        answers=(("horizon", "2"), ("full_cost", "310k")),
    ),
    SampleEpic(
        ONB,
        61,
        "ana",
        "Welcome call on day three",
        "A call of five minutes keeps those who would have drifted away.",
        ((6, R), (22, A), (58, S)),
        "Two of three did not pick up, and those who did had signed up already.",
    ),
    SampleEpic(
        PAY,
        54,
        "dana",
        "Refunds within a day",
        "People who get money back quickly come back.",
        ((5, R), (20, A), (44, Y)),
        answers=(("mvp_cost", "40k"),),
    ),
    SampleEpic(
        PLA,
        47,
        "eli",
        "Fewer alarms at night",
        "Half of all alarms need nobody; without them the other half is heard.",
        ((4, R), (19, A)),
    ),
    SampleEpic(
        ONB,
        38,
        "cleo",
        "Forms in plain language",
        "Words people use at home need no help text.",
        ((9, R), (35, A)),
    ),
    SampleEpic(
        PAY,
        29,
        "ben",
        "Split a bill between two cards",
        "Larger orders fail on card limits; two cards lift them.",
        ((8, R),),
    ),
    SampleEpic(
        PLA,
        22,
        "ana",
        "Search that forgives typing",
        "Every fifth search finds nothing, mostly for one wrong letter.",
        ((9, R),),
    ),
    SampleEpic(
        PAY,
        13,
        "ana",
        "Wallet payments",
        "People who pay with their watch in shops want to do it here.",
    ),
    SampleEpic(
        ONB,
        8,
        "dana",
        "Check a VAT number while it is typed",
        "A wrong number costs finance ten minutes each, later.",
    ),
    SampleEpic(
        PLA,
        5,
        "ben",
        "A page that says what is down",
        "Support answers the same question a hundred times in an outage.",
    ),
    SampleEpic(
        PAY,
        2,
        "cleo",
        "Thank-you page that suggests nothing",
        "People trust a shop more that lets them go in peace.",
    ),
)
