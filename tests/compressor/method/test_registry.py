"""One declaration: an executor for every executable method, and for no other."""

import pytest

from compressor.method import EXECUTORS, executor
from kgpress.catalogue import load
from kgpress.errors import NotYetExecutable, UnknownName

_DECLARED = {m.label for m in load().methods if m.executable}


def test_every_executable_method_has_an_executor_and_no_other() -> None:
    assert set(EXECUTORS) == _DECLARED


@pytest.mark.parametrize("label", sorted(_DECLARED))
def test_an_executor_knows_its_label_and_place(label: str) -> None:
    found = executor(label)
    assert found.label == label
    # Structure is changed on the module, precision on the file.
    assert found.on == {"structure": "module", "precision": "file"}[load().method(label).stage]


@pytest.mark.parametrize("label", sorted({m.label for m in load().methods} - _DECLARED))
def test_what_is_declared_but_not_executable_says_so(label: str) -> None:
    with pytest.raises(NotYetExecutable, match=rf"{label} .* not yet executable"):
        executor(label)


def test_an_unknown_method_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        executor("C999")
