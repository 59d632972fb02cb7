"""CSV within bounds: hostile files end in a sentence, not in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.tables import Limits, TableError, read_csv, read_table
from tests.ingest.conftest import ROOT


def written(tmp_path: Path, body: bytes) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(body)
    return path


def test_cells_know_their_place(tmp_path: Path) -> None:
    grid = read_csv(written(tmp_path, b'\xef\xbb\xbfName, Top1\n"a\nb",1\nc , 2.50 \n'))
    assert [c.text for c in grid.heading] == ["Name", "Top1"]
    first, second = grid.rows
    assert (first.number, first.line, first.text("Name")) == (2, 2, "a\nb")
    cell = second.cells["Top1"]
    assert (cell.text, cell.row, cell.column, cell.line, cell.column_name) == ("2.50", 3, 2, 4, "Top1")


def test_short_rows_have_empty_cells_and_long_rows_a_fault(tmp_path: Path) -> None:
    short, long = read_csv(written(tmp_path, b"a,b\n1\n1,2,3\n")).rows
    assert short.text("b") == ""
    assert not short.fault
    assert long.fault == "row 3 has 3 cells under 2 headings"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no heading"),
        (b" , \n1,2\n", "no heading"),
        (b"a,b,a\n1,2,3\n", "twice"),
        (b"a,b\n\xff\xfe,2\n", "not UTF-8"),
        (",".join(f"c{i}" for i in range(10_000)).encode() + b"\n", "10000 columns"),
        (b"a,b\n" + b"x" * 2_000_000 + b",1\n", "more than 1000000 characters"),
        (b"a,b\n" + b'"x\n",' * 300_000, "more than 1000000 characters"),
        (b"a\n" + b"1\n" * 300_000, "more than 200000 rows"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "not CSV"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, body: bytes, words: str) -> None:
    with pytest.raises(TableError, match=words) as caught:
        read_csv(written(tmp_path, body))
    assert caught.value.remedy


def test_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no known format"):
        read_table(written(tmp_path, b"a\n1\n"), "docs/table.xlsx")


def test_limits_are_exact(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,2\n3,4\n")
    assert len(read_csv(path, Limits(columns=2, rows=2)).rows) == 2
    for limits in (Limits(columns=1), Limits(rows=1), Limits(record_chars=3)):
        with pytest.raises(TableError):
            read_csv(path, limits)


def test_a_line_of_50_mb_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as stream:
        stream.write(b"a,b\n")
        for _ in range(50):
            stream.write(b"1," * 500_000)
    # VmHWM: getrusage would count the program that this one was started from, too.
    program = (
        "import sys; from pathlib import Path; from ingest.tables import TableError, read_csv\n"
        "def peak():\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    return int(next(l for l in status.splitlines() if l.startswith('VmHWM')).split()[1])\n"
        "before = peak()\n"
        "try: read_csv(Path(sys.argv[1]))\n"
        "except TableError as error: print(peak() - before)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, text=True)
    kilobytes = int(ran.stdout)
    assert kilobytes * 1024 < 30_000_000
