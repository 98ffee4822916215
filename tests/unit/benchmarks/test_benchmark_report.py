"""What the benchmarks write into their page, and how they read a process's CPU time."""

import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from benchmarks.goals import Goal, goals_table
from benchmarks.process_cpu import cpu_seconds
from benchmarks.report import BEGIN, END, markdown_of, write_into


def a_table() -> Table:
    table = Table("what", "µs")
    table.add_row("a | b", "1.0")
    table.add_row("c", "2.0")
    return table


def test_a_table_is_written_as_markdown_with_its_cells_in_their_columns() -> None:
    assert markdown_of(a_table()) == "| what | µs |\n| --- | --- |\n| a &#124; b | 1.0 |\n| c | 2.0 |"


def test_what_was_written_before_is_replaced_and_what_is_around_it_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{BEGIN}\n\nold\n\n{END}\n\nEnd\n")

    write_into(page, ["first", "second"])
    write_into(page, ["third"])

    assert page.read_text() == f"# Title\n\n{BEGIN}\n\nthird\n\n{END}\n\nEnd\n"


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}", f"{BEGIN}{BEGIN}{END}"])
def test_a_page_without_its_one_place_is_left_alone(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)

    with pytest.raises(ValueError, match="must have one line"):
        write_into(page, ["new"])
    assert page.read_text() == text


def test_the_page_of_the_project_has_its_place() -> None:
    page = (Path(__file__).parents[3] / "docs" / "benchmarks.md").read_text()

    assert page.index(BEGIN) < page.index(END)


def test_a_goal_is_met_up_to_its_limit() -> None:
    table = goals_table([Goal("a", 1.3, 1.3, "times"), Goal("b", 1.31, 1.3, "times", "c")])

    assert list(table.columns[3].cells) == ["met", "missed"]


def test_cpu_time_counts_children_that_run_and_children_that_have_ended() -> None:
    burn = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass\n"
    once = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])\n"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{once}print('over', flush=True)\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()

    after_an_ended_child = cpu_seconds(process.pid)
    process.communicate(b"\n")

    assert after_an_ended_child >= 0.15


def test_cpu_time_of_a_process_is_what_it_says_itself() -> None:
    """A process of its own: this one may have children that run, which its own clock does not count yet."""
    child = "import os; from benchmarks.process_cpu import cpu_seconds as f; print(f(os.getpid()), sum(os.times()[:4]))"
    told = subprocess.run(
        [sys.executable, "-c", child], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True
    ).stdout

    here, itself = map(float, told.split())
    assert itself > 0
    assert abs(here - itself) < 0.5
