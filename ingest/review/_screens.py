"""What lies over the review for a moment: the form of a correction, the sample before a bulk, a question."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from ingest.exchange import BY_NAME
from ingest.review._session import Bulk
from ingest.review._words import line
from kgpress.errors import KgpressError


class CorrectScreen(ModalScreen[bool]):
    """A field for each column; saving calls ``save`` and stays open where that refuses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("ctrl+s", "save", "Save"),
        ("escape", "leave", "Leave"),
    ]

    def __init__(self, fields: dict[str, str], save: Callable[[dict[str, str]], object]) -> None:
        super().__init__()
        self._fields, self._save = fields, save

    def compose(self) -> ComposeResult:
        with Vertical(id="form"):
            yield Label("Correct: Enter or Ctrl+S saves and accepts, Escape leaves", classes="title")
            with VerticalScroll():
                for name, text in self._fields.items():
                    with Horizontal(classes="field"):
                        yield Label(name, classes="name")
                        yield Input(text, id=f"edit-{name}", compact=True, tooltip=BY_NAME[name].about)
            yield Static("", id="fault", markup=False)

    def on_input_submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        edits = {name: self.query_one(f"#edit-{name}", Input).value for name in self._fields}
        try:
            self._save(edits)
        except KgpressError as error:
            self.query_one("#fault", Static).update(str(error))
            if error.field in self._fields:
                self.query_one(f"#edit-{error.field}", Input).focus()
            return
        self.dismiss(True)

    def action_leave(self) -> None:
        self.dismiss(False)


class BulkScreen(ModalScreen[bool]):
    """A sample by lot of what would be accepted at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y", "answer(True)", "Accept all"),
        ("n,escape", "answer(False)", "Leave"),
    ]

    def __init__(self, bulk: Bulk) -> None:
        super().__init__()
        self._bulk = bulk

    def compose(self) -> ComposeResult:
        bulk = self._bulk
        with Vertical(id="bulk"):
            yield Label(
                f"{len(bulk.sample)} by lot of {len(bulk.results):,} results. Accept all of them? y / n",
                classes="title",
            )
            for reason, count in sorted(bulk.left.items()):
                yield Label(f"left out: {count:,} {reason}", markup=False)
            with VerticalScroll():
                yield Static(Text("\n".join(line(result) for result in bulk.sample)), id="sample")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class AskScreen(ModalScreen[str | None]):
    """One line of text; None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Leave")]

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with Vertical(id="ask"):
            yield Label(self._title, classes="title", markup=False)
            yield Input(self._text, id="answer")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_leave(self) -> None:
        self.dismiss(None)
