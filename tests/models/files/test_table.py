"""Tables of any encoding, their columns matched, and their rows read. No database."""

from datetime import UTC, datetime

import pytest

from models.files import kinds
from models.files.days import Today
from models.files.kinds import UnitUnclear
from models.files.matching import (
    ColumnMissing,
    NoCurrency,
    OtherCurrency,
    guessed,
    matched,
    parse_currency,
)
from models.files.sheet import guarded
from models.files.table import (
    BROKEN,
    MOST_BYTES,
    MOST_ROWS,
    BadRows,
    FileMistake,
    NoRows,
    NoSuchEncoding,
    NotATable,
    TooLarge,
    TooManyRows,
    check_rows,
    of_file,
    parse_encoding,
    read_table,
)

LETTERS = "code;name;budget\nP1;Jürgen “x”;1.234,56\n"


def rows_of(text, kind=kinds.PROJECTS, currency="EUR", **matching):
    """The good and the bad rows of a file of this text."""
    table = read_table(text.encode())
    return matched(table, guessed(table.columns, kind) | matching, kind, currency)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_table_is_read_in_any_encoding(encoding):
    table = read_table(LETTERS.encode(encoding))
    assert table.columns == ["code", "name", "budget"]
    assert table.rows[0].cells == ["P1", "Jürgen “x”", "1.234,56"]


def test_what_is_no_other_encoding_is_latin_1():
    text = "code,name\nP1,\x81Jürgen\n"
    assert read_table(text.encode("latin-1")).rows[0].cells[1].endswith("Jürgen")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_the_first_row_has_most_of(delimiter):
    text = f'"a,b,c,d"{delimiter}code\n1{delimiter}2\n'
    assert read_table(text.encode()).columns == ["a,b,c,d", "code"]


def test_a_row_is_named_by_the_line_it_begins_in():
    table = read_table(b'code,name\r\nP1,"one\r\ntwo"\r\n\r\nP2,three\r\n')
    assert [(row.line, row.cells[1]) for row in table.rows] == [(2, "one\r\ntwo"), (5, "three")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf\n \n", "The file is empty."),
        (b"PK\x03\x04" + bytes(100), "This is a spreadsheet itself, not a CSV file."),
        (b"code,name\nP1,a\x00b\n", "This is not a text file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "This is not a text file"),
        (b'code,name\nP1,"open\n', "Line 2: a quotation mark is not closed"),
        (b"code,Code\n1,2\n", "Two columns are called “Code”."),
        (b"\xff\xfea\x00\x00\xd8", "This file's characters cannot be read."),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(content, sentence):
    with pytest.raises(NotATable) as refused:
        read_table(content)
    assert refused.value.sentence.startswith(sentence)


def test_more_than_ten_megabytes_are_not_taken_at_once():
    assert read_table((b"x" * 1_023 + b"\n") * (MOST_BYTES // 1_024)).rows
    with pytest.raises(TooLarge, match=r"The file is 10\.0 MB; Tack takes up to 10 MB"):
        read_table(b"x" * (MOST_BYTES + 1))


def test_a_file_of_very_many_tiny_rows_is_read_no_further_than_it_is_taken():
    """What follows the last row that is taken would be no table, and nobody gets to know."""
    tiny = b"a\n" + b"1\n" * MOST_ROWS
    assert len(read_table(tiny + b"\n\n").rows) == MOST_ROWS
    told = r"The file has more than 200,000 rows, the most that Tack takes at once\. Split it"
    with pytest.raises(TooManyRows, match=told):
        read_table(tiny + b'1\n"open')


def test_what_an_export_put_before_a_formula_is_taken_off_again():
    cells = ["=SUM(A1)", "'tis", "'@' operator", "a;=1"]
    rows = "\n".join(f"P,{guarded(cell)}" for cell in cells)
    for encoding in ("utf-8", "cp1252", "utf-16"):
        table = read_table(f"code,name\n{rows}\nP,'@' operator".encode(encoding))
        assert [row.cells[1] for row in table.rows] == [*cells, "'@' operator"]


@pytest.mark.parametrize(
    ("header", "matching"),
    [
        ("code,name,programme,owner", {"code": "code", "name": "name", "program": "programme"}),
        ("Project ID,Title,Department", {"code": "Project ID", "value_stream": "Department"}),
        ("source,id,name", {"code": "id", "source": "source", "source_id": "id"}),
        ("source,id,code", {"code": "code", "source_id": "id"}),
        ("id,Total budget (EUR m)", {"code": "id", "budget": "Total budget (EUR m)"}),
        ("id,cost center,start date,End", {"cost_centre": "cost center", "starts": "start date"}),
    ],
)
def test_columns_are_found_by_what_people_call_them(header, matching):
    found = guessed(header.split(","), kinds.PROJECTS)
    assert matching.items() <= found.items()
    assert "source_id" not in found or "source" in found


def test_a_column_that_is_needed_is_asked_for_by_name():
    with pytest.raises(ColumnMissing, match="Which column holds the code of a project\\? Call it"):
        rows_of("colour,shape\nred,round\n")


def test_amounts_in_another_currency_are_refused():
    with pytest.raises(OtherCurrency, match="is in GBP, and the currency of the portfolio is EUR"):
        rows_of("code,budget_gbp_m\nP1,1.5\n")


def test_amounts_are_exact_in_the_unit_the_column_names():
    good, _ = rows_of("code;Budget (EUR m)\nP1;1,234\nP2;\nP3;-0,5\n")
    assert [row.values["budget"] for row in good] == [123_400_000, None, -50_000_000]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";x;1,00;PAY", "code is empty"),
        ("P2;x;abc;PAY", "budget: “abc” is not a number like 1.234,56, as this column writes them"),
        ("P2;x;1,00;PAY:60|ONB:39", "value stream: The shares add up to 99, not 100"),
        ("p1;x;1,00;PAY", "p1 is in the file twice, first in line 2"),
        ("P2;x;1,00;PAY;more", "it has 1 more cell than columns"),
        (f"{'P' * 121};x;1,00;PAY", "code: up to 120 characters, this has 121"),
    ],
)
def test_a_bad_row_is_given_back_with_its_line_and_reason(row, reason):
    good, bad = rows_of(f"code;name;budget;value_stream\nP1;a;2,50;PAY\n{row}\n")
    assert [each.line for each in good] == [2]
    assert [each.line for each in bad] == [3]
    assert bad[0].reason.startswith(reason)
    assert list(bad[0].cells) == row.split(";")[:4]


def test_everything_that_is_wrong_with_a_row_is_said_at_once():
    _, bad = rows_of("project,code,baseline,kind\nP1,,soon,party\n", kinds.MILESTONES)
    assert bad[0].reason == (
        "code is empty; kind: “party” is not one of milestone, checkpoint; "
        "baseline: “soon” is not a day like 2026-05-18"
    )


def test_a_column_can_be_matched_by_hand():
    good, _ = rows_of("Nr,Was\nP1,Checkout\n", code="Nr", name="Was")
    assert (good[0].values["code"], good[0].values["name"]) == ("P1", "Checkout")


def test_a_file_of_columns_alone_has_nothing_to_bring_in():
    read_table(b"code,name\nP1,x\n").check_has_rows()
    with pytest.raises(NoRows):
        read_table(b"code,name\n").check_has_rows()


def test_of_several_files_a_mistake_names_the_one_it_is_about():
    with pytest.raises(FileMistake) as refused:
        of_file("p.csv", lambda: read_table(b""))
    assert refused.value.sentence.startswith("p.csv: The file is empty.")
    assert refused.value.sentence.endswith("Nothing was imported.")


def test_rows_that_cannot_be_taken_are_named_by_file_line_and_reason_the_first_twenty():
    check_rows([])
    with pytest.raises(BadRows) as one:
        check_rows([("p.csv", 3, "code is empty")])
    assert one.value.sentence == "p.csv, line 3: code is empty. Nothing was imported."
    with pytest.raises(BadRows) as many:
        check_rows([("p.csv", line, "code is empty") for line in range(2, 24)])
    first, *lines, last = many.value.sentence.split("\n")
    assert first == "22 rows cannot be taken, so nothing was imported."
    assert (len(lines), lines[0], last) == (20, "  p.csv, line 2: code is empty", "  and 2 more")


def test_a_currency_has_three_letters():
    assert parse_currency(" eur ") == "EUR"
    with pytest.raises(NoCurrency) as refused:
        parse_currency("DOGE")
    assert refused.value.sentence == ("“DOGE” is not a currency. Write three letters, such as EUR.")


def test_the_unit_of_a_heading_multiplies_and_an_unclear_one_is_asked_about():
    (row,), _ = rows_of("code,Budget (k€)\nP1,12.5\n")
    assert row.values["budget"] == 1_250_000
    with pytest.raises(UnitUnclear, match=r"What is the unit of the column “Budget \(T\)”\?"):
        rows_of("code,Budget (T)\nP1,12.5\n")


@pytest.mark.parametrize("cell", ["-", "€ -", "n/a", "TBD"])
def test_an_amount_that_is_not_known_is_blank_and_so_is_a_day(cell):
    (row,), bad = rows_of(f"code;budget;end\nP1;{cell};{cell}\n")
    assert (row.values["budget"], row.values["ends"], bad) == (None, None, [])


def test_a_row_in_another_currency_is_given_back():
    (good,), (bad,) = rows_of('code,budget\nP1,5\nP2,"£1,000.00"\n')
    assert good.values["code"] == "P1"
    assert bad.line == 3
    assert bad.reason.startswith("budget: “£1,000.00” is not in EUR")


@pytest.mark.parametrize("label", ["Gesamt", "Total:", "Summe EUR", "Grand Total", ""])
def test_a_last_row_of_sums_is_no_project(label):
    good, bad = rows_of(f"code;name;budget\nP1;a;60,00\nP2;b;40,00\n{label};;100,00\n")
    assert ([row.values["code"] for row in good], bad) == (["P1", "P2"], [])


def test_a_sum_of_other_rows_is_asked_about_and_a_project_called_so_is_one():
    good, bad = rows_of("code;name;budget\nP1;a;60,00\nSubtotal;;60,00\nP2;b;40,00\n")
    assert [row.values["code"] for row in good] == ["P1", "P2"]
    assert [(row.line, row.reason[:21]) for row in bad] == [(3, "it is called a sum, b")]
    good, bad = rows_of("code;name;budget\nP1;a;60,00\nP2;b;40,00\nGesamt;;90,00\n")
    assert (len(good), [row.line for row in bad]) == (2, [4])
    good, bad = rows_of("code;name;budget\nP1;a;60,00\nTotal;Petrol;60,00\n")
    assert (len(good), bad) == (2, [])
    good, bad = rows_of("code;name;budget\nP1;;60,00\nP2;;60,00\n")
    assert (len(good), bad) == (2, [])


def test_what_has_been_is_in_no_future_and_what_is_to_come_may_be():
    table = read_table(b"code,created,end\nP1,2026-04-01,2027-01-01\nP2,2026-04-02,\n")
    today = Today.of(datetime(2026, 3, 31, 22, tzinfo=UTC), "Europe/Berlin")
    good, (bad,) = matched(
        table, guessed(table.columns, kinds.PROJECTS), kinds.PROJECTS, "EUR", today=today
    )
    assert [row.values["code"] for row in good] == ["P1"]
    assert (bad.line, bad.reason) == (3, "created at: “2026-04-02” is in the future")


def test_a_stray_byte_costs_its_row_and_no_other():
    content = "code,name\nP1,Größe\nP2,Müll\nP3,Fähre\n".encode().replace(b"M", b"\xe4")
    table = read_table(content)
    assert table.encoding == "utf-8"
    good, (bad,) = matched(table, guessed(table.columns, kinds.PROJECTS), kinds.PROJECTS, "EUR")
    assert [row.values["name"] for row in good] == ["Größe", "Fähre"]
    assert (bad.line, bad.reason, list(bad.cells)) == (3, BROKEN, ["P2", "�üll"])


def test_the_encoding_that_is_named_is_the_one_read():
    content = "code,name\nP1,Łódź\n".encode("cp1250")
    assert read_table(content).rows[0].cells[1] != "Łódź"
    table = read_table(content, encoding=parse_encoding("Windows-1250"))
    assert (table.rows[0].cells[1], table.encoding_said) == ("Łódź", "Windows Central European")
    assert parse_encoding("latin-1") == "iso8859-1"
    for named in ("rot13", "klingon", ""):
        with pytest.raises(NoSuchEncoding, match="is not an encoding that Tack reads"):
            parse_encoding(named)
