"""The keys, on a terminal without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, Static

from ingest.documents import DocumentStore
from ingest.review import _filter
from ingest.review._app import ReviewApp
from ingest.review._session import Session
from ingest.review._source import Sources
from kgpress.v1 import types_pb2 as pb
from tests.ingest.review.conftest import Service, read

ACCEPTED, REJECTED = pb.EVIDENCE_STATE_ACCEPTED, pb.EVIDENCE_STATE_REJECTED

Steps = Callable[[ReviewApp, Pilot[None]], Awaitable[None]]


@pytest.fixture
def use(documents: DocumentStore) -> Callable[..., None]:
    """Runs steps on the review of a service."""

    def run(service: Service, steps: Steps, curator: str = "ann", text: str = "") -> None:
        async def whole() -> None:
            app = ReviewApp(Session(service, curator, _filter.parse(text)), Sources(documents))
            async with app.run_test(size=(120, 36)) as pilot:
                await steps(app, pilot)

        asyncio.run(whole())

    return run


def shown(app: ReviewApp, id: str) -> str:
    return str(app.screen.query_one(id, Static).render())


def states(service: Service) -> list[int]:
    return [r.state for r in service.results.values()]


def test_a_result_stands_beside_its_table_with_the_cells_marked(use: Callable[..., None]) -> None:
    async def steps(app: ReviewApp, pilot: Pilot[None]) -> None:
        table = app.query_one("#table", DataTable)
        assert table.row_count == 4
        assert table.cursor_coordinate == (1, 3)
        cell = table.get_cell_at(table.cursor_coordinate)
        assert (cell.plain, "yellow" in str(cell.style)) == ("75.9%", True)
        assert "1 of 2 · proposed" in shown(app, "#status")
        fields = app.query_one("#fields", DataTable)
        rows = [[str(c) for c in fields.get_row_at(i)] for i in range(fields.row_count)]
        assert ["model", "ResNet-50", "cell", "0.90", "ResNet-50 @ row 2, column 1"] in rows

    use(Service(read(0), read(1)), steps)


def test_one_key_decides_and_the_next_result_follows(use: Callable[..., None]) -> None:
    service = Service(*(read(n) for n in range(4)))

    async def steps(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("a", "r", "n", "p", "a")
        assert states(service)[:3] == [ACCEPTED, REJECTED, ACCEPTED]
        assert "4 of 4" in shown(app, "#status")
        assert "2 accepted, 1 rejected" in shown(app, "#status")
        await pilot.press("u")
        assert states(service)[2] == pb.EVIDENCE_STATE_PROPOSED
        assert "3 of 4" in shown(app, "#status")
        await pilot.press("R")
        await pilot.press(*"copied", "enter")
        assert service.reviews[read(2).id][-1].note == "copied"
        assert states(service)[2] == REJECTED

    use(service, steps)


def test_a_correction_is_refused_until_it_can_be_read(use: Callable[..., None]) -> None:
    service = Service(read(0), read(1))

    async def steps(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("c")
        after = app.screen.query_one("#edit-after", Input)
        after.value = "75.9"
        await pilot.press("ctrl+s")
        assert "written 75.9%" in shown(app, "#fault")
        assert app.screen.focused is after
        assert states(service)[0] == pb.EVIDENCE_STATE_PROPOSED
        after.value = "75.9%"
        await pilot.press("enter")
        assert "2 of 2" in shown(app, "#status")
        await pilot.press("p")
        assert "ann: correct" in shown(app, "#notes")
        await pilot.press("c", "escape", "q")

    use(service, steps)
    corrected = service.results[read(0).id]
    assert (corrected.interpretation.after.quality, corrected.state) == (0.759, ACCEPTED)
    assert len(service.history[corrected.id]) == 1


def test_bulk_shows_a_sample_and_asks(use: Callable[..., None]) -> None:
    service = Service(*(read(n) for n in range(30)))

    async def steps(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("b")
        assert len(shown(app, "#sample").splitlines()) == 20
        await pilot.press("n")
        assert ACCEPTED not in states(service)
        await pilot.press("b", "y")
        assert set(states(service)) == {ACCEPTED}
        await pilot.press("u")
        assert ACCEPTED not in states(service)

    use(service, steps)


def test_the_filter_narrows_the_queue_and_a_bad_one_changes_nothing(use: Callable[..., None]) -> None:
    service = Service(*(read(n) for n in range(6)))

    async def steps(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("f")
        app.screen.query_one("#answer", Input).value = "model:VGG-16"
        await pilot.press("enter")
        assert "1 of 2" in shown(app, "#status")
        await pilot.press("f")
        app.screen.query_one("#answer", Input).value = "nonsense"
        await pilot.press("enter")
        assert "1 of 2" in shown(app, "#status")
        await pilot.press("f")
        app.screen.query_one("#answer", Input).value = "model:None"
        await pilot.press("enter")
        assert "nothing to review" in shown(app, "#status")
        await pilot.press("a", "r", "c", "u", "b", "n", "p")
        assert "nothing to review" in shown(app, "#status")

    use(service, steps)
    assert set(states(service)) == {pb.EVIDENCE_STATE_PROPOSED}


def test_a_conflict_is_shown_and_filtered_by(use: Callable[..., None]) -> None:
    service = Service(read(0), read(1))
    Session(service, "ann", _filter.parse("")).accept()

    async def disagree(app: ReviewApp, pilot: Pilot[None]) -> None:
        await pilot.press("r", "p")
        assert "in conflict" in shown(app, "#status")
        assert "curators disagree" in shown(app, "#notes")

    async def look(app: ReviewApp, pilot: Pilot[None]) -> None:
        assert "1 of 1" in shown(app, "#status")

    use(service, disagree, curator="bob")
    use(service, look, curator="eve", text="conflict")


def test_hostile_text_is_shown_as_text(use: Callable[..., None]) -> None:
    result = read(0, model="[red]\x1b[2J[/red] [@click=app.quit]x[/]")
    result.reasons[:] = ["[link=file:///]\x07bell"]

    async def steps(app: ReviewApp, pilot: Pilot[None]) -> None:
        assert "[red] [2J[/red] [@click=app.quit]x[/]" in shown(app, "#status")
        assert "[link=file:///] bell" in shown(app, "#notes")
        await pilot.press("b")
        assert "[red] [2J" in shown(app, "#sample")

    use(Service(result), steps)


def test_without_the_document_the_derivations_are_shown(use: Callable[..., None]) -> None:
    result = read(0)
    result.locator.cell.document_hash = "0" * 64

    async def steps(app: ReviewApp, pilot: Pilot[None]) -> None:
        assert "not on this machine" in shown(app, "#place")
        assert app.query_one("#fields", DataTable).row_count > 5
        await pilot.press("a")

    service = Service(result)
    use(service, steps)
    assert states(service) == [ACCEPTED]
