"""The review on the screen: the result on the left, the table it stands in on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, Static

from ingest.review import _edit, _filter, _words
from ingest.review._screens import AskScreen, BulkScreen, CorrectScreen
from ingest.review._session import Session
from ingest.review._source import Excerpt, Sources
from kgpress.errors import KgpressError

_STYLES = {"anchor": "bold black on yellow", "field": "black on cyan", "heading": "bold"}


class ReviewApp(App[None]):
    """One key, one decision; after a decision the next result follows."""

    TITLE = "kgpress review"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #status { height: 2; background: $primary; color: $text; padding: 0 1; }
    #left { width: 45%; }
    #fields { height: 2fr; }
    #notes { height: 1fr; border-top: solid $primary; padding: 0 1; overflow-y: auto; }
    #place { height: auto; max-height: 8; padding: 0 1; color: $text-muted; }
    #table { height: 1fr; }
    ModalScreen { align: center middle; }
    #form, #bulk, #ask { width: 90%; height: auto; max-height: 90%; background: $surface;
        border: thick $primary; padding: 1; }
    #bulk VerticalScroll, #form VerticalScroll { height: auto; max-height: 30; }
    .field { height: 1; }
    .name { width: 26; }
    .title { text-style: bold; }
    #fault { color: $error; height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("a", "decide('accept')", "Accept"),
        ("r", "decide('reject')", "Reject"),
        ("R", "reject_because", "Reject, because"),
        ("c", "correct", "Correct"),
        ("n,right", "move(1)", "Next"),
        ("p,left", "move(-1)", "Previous"),
        ("u", "undo", "Undo"),
        ("b", "bulk", "Accept all"),
        ("f", "filter", "Filter"),
        ("q", "quit", "Quit"),
    ]

    def __init__(self, session: Session, sources: Sources) -> None:
        super().__init__()
        self.session, self.sources = session, sources

    def compose(self) -> ComposeResult:
        yield Static(id="status", markup=False)
        with Horizontal():
            with Vertical(id="left"):
                yield DataTable(id="fields", cursor_type="none")
                yield Static(id="notes", markup=False)
            with Vertical():
                yield Static(id="place", markup=False)
                yield DataTable(id="table", show_header=False, cursor_type="cell")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#table", DataTable).focus()
        self.show()

    def show(self) -> None:
        """Draws the current result."""
        session, result = self.session, self.session.current
        filtered = _filter.describe(session.request) or "everything"
        fields = self.query_one("#fields", DataTable)
        fields.clear(columns=True)  # with the columns: their widths follow what is shown
        fields.add_columns("field", "value", "from", "sure", "read")
        if result is None:
            self.query_one("#status", Static).update(f"nothing to review\n{session.curator} · {filtered}")
            self.query_one("#notes", Static).update("f changes the filter, q quits")
            self._show_source(Excerpt())
            return
        counted = ", ".join(f"{n} {word}ed" for word, n in session.counts.items() if n)
        said = (session.curator, filtered, counted)
        where = f"{session.position + 1:,} of {session.total:,}"
        head = f"{where} · {_words.state(result)} · {_words.line(result)}"
        self.query_one("#status", Static).update(f"{head}\n{' · '.join(filter(None, said))}")
        for row in _words.fields(result):
            fields.add_row(*(Text(text) for text in row))
        self.query_one("#notes", Static).update("\n".join(self._notes()))
        self._show_source(self.sources.excerpt(result))

    def _notes(self) -> list[str]:
        """Why it is as it is: reasons, conflicts, decisions so far."""
        result = self.session.current
        assert result is not None
        notes = [f"{'conflict' if result.conflict else 'reason'}: {_words.plain(r)}" for r in result.reasons]
        try:
            detail = self.session.detail
        except KgpressError as error:
            return [*notes, str(error)]
        if detail is not None:
            notes += _words.reviews(detail)
            if detail.history:
                notes.append(f"{len(detail.history)} older readings")
        return notes

    def _show_source(self, excerpt: Excerpt) -> None:
        place = [excerpt.title, *excerpt.above, f"({excerpt.why})" if excerpt.why else ""]
        self.query_one("#place", Static).update("\n".join(_words.plain(t)[:300] for t in place if t))
        table = self.query_one("#table", DataTable)
        table.fixed_rows = table.fixed_columns = 0
        table.clear(columns=True)
        if excerpt.lines:
            table.add_columns("", "line")
            for number, text, mark in excerpt.lines:
                table.add_row(str(number), Text(text, _STYLES["anchor"] if mark else ""))
            return
        if excerpt.rows:
            table.add_columns("", *map(str, excerpt.columns))
        headings = sum(any(c.mark == "heading" for c in cells) for _, cells in excerpt.rows)
        table.fixed_rows, table.fixed_columns = min(headings, 4), 1
        for number, cells in excerpt.rows:
            table.add_row(Text(str(number), "dim"), *(Text(c.text, _STYLES.get(c.mark, "")) for c in cells))
        if excerpt.anchor is not None:
            row, column = excerpt.anchor
            table.move_cursor(row=row, column=column + 1, animate=False, scroll=True)

    def _try(self, act: Callable[[], Any]) -> bool:
        """Acts, and says what keeps it from happening."""
        try:
            act()
        except KgpressError as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
            return False
        return True

    def action_decide(self, verb: str) -> None:
        self._decided(getattr(self.session, verb))

    def _decided(self, act: Callable[[], Any]) -> None:
        if self._try(act) and not self.session.move(1):
            self.notify("that was the last one")
        self.show()

    def action_reject_because(self) -> None:
        def answered(note: str | None) -> None:
            if note is not None:
                self._decided(lambda: self.session.reject(note))

        self.push_screen(AskScreen("Reject: why?"), answered)

    def action_correct(self) -> None:
        result = self.session.current
        if result is None:
            return

        def save(edits: dict[str, str]) -> None:
            self.session.correct(_edit.corrected(result, edits))

        def left(saved: bool | None) -> None:
            if saved:
                self.session.move(1)
            self.show()

        self.push_screen(CorrectScreen(_edit.fields(result), save), left)

    def action_move(self, steps: int) -> None:
        if self._try(lambda: self.session.move(steps)):
            self.show()

    def action_undo(self) -> None:
        def undo() -> None:
            done = self.session.undo()
            if done is None:
                self.notify("nothing to undo")
            elif len(done.ids) > 1:
                self.notify(f"{len(done.ids):,} are no longer {done.decision}ed")

        self._try(undo)
        self.show()

    def action_bulk(self) -> None:
        found = []
        if not self._try(lambda: found.append(self.session.bulk())):
            return
        bulk = found[0]
        if not bulk.results:
            left = ", ".join(f"{n:,} {why}" for why, n in bulk.left.items())
            self.notify(f"nothing of this can be accepted at once{': ' + left if left else ''}", markup=False)
            return

        def answered(accept: bool | None) -> None:
            if accept and self._try(lambda: self.session.accept_all(bulk)):
                self.notify(f"{len(bulk.results):,} accepted; u takes them back")
            self.show()

        self.push_screen(BulkScreen(bulk), answered)

    def action_filter(self) -> None:
        def answered(text: str | None) -> None:
            if text is not None:
                self._try(lambda: self.session.ask(_filter.parse(text)))
                self.show()

        title = "Filter: state:proposed source:NAME reason:TEXT confidence<0.8 conflict corrected"
        self.push_screen(AskScreen(title, _filter.describe(self.session.request)), answered)
