"""Tables in terminals of every width, and in pipes."""

import csv
import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from jupyter_llm_meter.cli.tables import Column, print_table

COLUMNS = [
    Column("Model"),
    Column("Calls", "figure"),
    Column("Without usage", "figure"),
    Column("Cost", "figure"),
    Column("Left out", "text"),
]
ROWS = [
    ["gpt-4o-mini-2024-07-18", "12", "1,234,567", "$0.000012", ""],
    ["通义千问最大最新推理模型版本二", "1,200", "900,000", "$1,234.12", "1 unpriced, 2 without usage"],
]
TOTAL = ["Total", "1,212", "2,134,567", "$1,234.120012", "1 unpriced, 2 without usage"]
FIGURES = [cell for row in (*ROWS, TOTAL) for cell in row[1:4]]


def shown(width, columns=COLUMNS, rows=ROWS, **options):
    console = Console(file=io.StringIO(), width=width, highlight=False, force_terminal=False)
    print_table(console, columns, rows, **options)
    return console.file.getvalue()


def joined(column, text):
    """What stands in one column of a table, its folded lines put together."""
    lines = [line for line in text.splitlines() if line.startswith("│")]
    return "".join(line.split("│")[column + 1].strip() for line in lines)


@pytest.mark.parametrize("width", [20, 30, 40, 60, 72, 80, 100, 200, 1_000_000])
def test_no_width_cuts_a_figure(width):
    text = shown(width, total=TOTAL)
    for figure in FIGURES:
        assert re.search(rf"(^|\s){re.escape(figure)}(\s|$)", text, re.MULTILINE), (figure, text)
    assert "…" not in text


@pytest.mark.parametrize("width", [40, 60, 72, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(width):
    assert max(cell_len(line) for line in shown(width, total=TOTAL).splitlines()) <= width


@pytest.mark.parametrize("width", [72, 80])
def test_names_give_way_by_folding_and_stay_complete(width):
    text = shown(width)
    assert "gpt-4o-mini-2024-07-18通义千问最大最新推理模型版本二" in joined(0, text)
    assert "gpt-4o-mini-2024" in text


@pytest.mark.parametrize("width", [72, 80, 200])
def test_the_borders_stay_in_line_beside_wide_characters(width):
    lines = shown(width).splitlines()
    assert len({cell_len(line) for line in lines}) == 1


def test_a_row_is_a_block_of_lines_where_its_columns_do_not_fit_side_by_side():
    assert shown(40, rows=ROWS[1:], title="Usage").splitlines() == [
        "Usage",
        "通义千问最大最新推理模型版本二",
        "  Calls          1,200",
        "  Without usage  900,000",
        "  Cost           $1,234.12",
        "  Left out",
        "    1 unpriced, 2 without usage",
    ]


def test_without_a_width_every_row_is_one_line():
    text = shown(1_000_000)
    assert sum(line.startswith("│") for line in text.splitlines()) == 2
    assert max(len(line) for line in text.splitlines()) < 200


def test_marks_and_control_characters_of_a_name_are_shown_and_not_obeyed():
    text = shown(200, rows=[["[b]mine[/b]\x1b[2J\nand", "1", "2", "3", Text("x")]])
    assert "[b]mine[/b] [2J and" in text


REPORTED = ("1,234,567", "1,000,001", "765,432", "654,321", "$1,234.57", "$0.000012")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_report_shows_every_figure_whole_in_a_terminal(terminal, long_names, width):
    text = terminal(width, "report", "--group-by", "model")
    assert [figure for figure in REPORTED if figure not in text] == []
    assert max(cell_len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_status_shows_every_figure_whole_in_a_terminal(terminal, long_names, width):
    text = terminal(width, "status")
    assert [
        figure for figure in ("2.9M tokens", "1M tokens", "290%", "$1,234.57") if figure not in text
    ] == []
    assert max(cell_len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_doctor_and_the_channels_stay_within_the_terminal(terminal, home, width):
    (home / "config" / "jupyter_server_config.json").write_text(
        '{"LLMMeter": {"channels": {"ops": "json://127.0.0.1/secret-part", "nowhere": "nonsense://x"}}}'
    )
    for words in (["alerts", "list"], ["doctor"]):
        table = terminal(width, *words).partition("Never seen")[0]
        assert max(cell_len(line) for line in table.splitlines()) <= width


def test_a_pipe_gets_a_row_a_line_whatever_the_terminal_is(meter, long_names):
    lines = meter("report").stdout.splitlines()
    (row,) = [line for line in lines if "通义千问" in line]
    assert all(figure in row for figure in REPORTED[:5])


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        (("report",), ("group", "calls", "input_tokens", "cost")),
        (("status",), ("limit.id", "subject", "used", "ratio")),
        (("doctor",), ("area", "subject", "verdict", "text")),
    ],
)
def test_csv_gives_spreadsheets_the_same_rows_as_json(meter, long_names, words, columns):
    done = meter(*words, "--csv")
    assert done.stderr == ""
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert rows
    assert set(columns) <= set(rows[0])


def test_csv_has_exact_figures_and_leaves_unknown_ones_empty(meter, ledger_url):
    rows = {row["group"]: row for row in csv.DictReader(io.StringIO(meter("report", "--csv").stdout))}
    assert (rows["gpt-4o"]["input_tokens"], rows["gpt-4o"]["cost"]) == ("900000", "2.2501")
    assert rows["[b]mine[/b]"]["cost"] == ""


def test_csv_of_nothing_is_its_row_of_names(meter, home):
    for command in ("report", "status"):
        assert len(meter(command, "--csv").stdout.splitlines()) == 1


def test_csv_names_the_channels(meter, home):
    (home / "config" / "jupyter_server_config.json").write_text(
        '{"LLMMeter": {"channels": {"ops": "json://127.0.0.1/secret-part"}}}'
    )
    (row,) = csv.DictReader(io.StringIO(meter("alerts", "list", "--csv").stdout))
    assert (row["channel"], row["url"], row["problem"]) == ("ops", "json://127.0.0.1/****", "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("report", "--csv", "--json"), "name one"),
        (("export", "--csv"), "--csv"),
        (("export", "--json"), "--json"),
    ],
)
def test_two_forms_at_once_and_unknown_ones_are_refused(meter, ledger_url, words, says):
    done = meter(*words)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
