"""What the shell prints without a server, and what it must not import for it."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from kgpress import catalogue
from kgpress.cli import COMMANDS, cli


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kgpress.cli", *args], capture_output=True, text=True, timeout=60
    )


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from kgpress.cli import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        "heavy = {'torch', 'numpy', 'grpc', 'google.protobuf', 'neo4j', 'onnx', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert all(f"  {name}" in done.stdout for name in COMMANDS)


# The three processes pass --help on to their own modules.
@pytest.mark.parametrize("name", [n for n in COMMANDS if n not in ("serve", "worker", "trainer")])
def test_every_command_has_help(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert len(result.output) > 40


def test_methods_json_is_the_catalogue() -> None:
    done = run("methods", "--json")
    document = json.loads(done.stdout)
    declared = catalogue.load()
    assert document["catalogue_version"] == declared.version
    assert [m["label"] for m in document["methods"]] == [m.label for m in declared.methods]
    assert {m["label"] for m in document["methods"] if m["executable"]} >= {"C2", "C4", "C7"}


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["metods"], 2, "Did you mean 'methods'?"),
        (["compress", "m.onnx", "--hardware", "x86cpu", "--out", "o"], 2, "did you mean x86-cpu"),
        (
            ["compress", "m.onnx", "--hardware", "x86-cpu", "--out", "o", "--max-drop", "1"],
            2,
            "1pt (absolute) or 1%",
        ),
        (
            ["compress", "m.onnx", "--hardware", "x86-cpu", "--out", "o", "--strategy", "C4 > C2"],
            2,
            "write C2 > C4",
        ),
        (["recommend", "--profile", "none.json", "--hardware", "x86-cpu"], 2, "make it with kgpress profile"),
        (["compress", "m.onnx", "--hardware", "x86-cpu", "--out", "/proc/nowhere"], 2, "cannot be written"),
    ],
)
def test_bad_input_is_one_sentence_and_an_exit_code(tmp_path, args: list[str], code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kgpress.cli", *args],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(catalogue.__file__.rpartition("/kgpress/")[0]),
            "PATH": "",
            "HOME": str(tmp_path),
        },
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr
