"""The page of versions: an administrator publishes and goes back, others look, faults are told and change nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.publishing import Standing
from dialogs.errors import ContentError
from storage.values import Publication
from tests.bot.console_twin import EVIL, START, ConsoleTwin
from tests.bot.test_console import Client, client_of, csrf_in, enter
from tests.twins import Clock

FAULT = ContentError("company.yaml", "rates", f"expected a number, found {EVIL[0]}", "write one", 12)


@pytest.fixture
def twin() -> ConsoleTwin:
    twin = ConsoleTwin()
    twin.employ(role="admin")
    twin.publishing.ran = [
        Publication("aaaa000011112222", "aaaa000011112222", "reload", "Anna", START),
        Publication("bbbb000011112222", "bbbb000011112222", "reload", "signal", START),
        Publication("aaaa000011112222", "aaaa000011112222", "start", "", START),
    ]
    return twin


@pytest.fixture
def client(twin: ConsoleTwin) -> Iterator[Client]:
    clock = Clock(START)
    with client_of(twin, clock) as client:
        enter(client, twin, clock)
        yield client


def send(client: Client, where: str, **fields: str) -> object:
    token = csrf_in(client.get("/console/versions"))
    return client.post(f"/console/versions/{where}", data={"csrf": token, **fields})


def test_a_new_version_in_the_folder_is_published_with_a_button(client: Client, twin: ConsoleTwin) -> None:
    twin.publishing.folder = Standing("cccc000011112222")
    page = client.get("/console/versions")
    assert "cccc000011112222" in page.text
    answer = send(client, "publish")
    assert twin.publishing.asked == [("reload", "Anna")]
    assert twin.publishing.content == "cccc000011112222"
    assert "The new version is running." in answer.text
    assert "The workspace folder holds the same version." in answer.text


def test_faults_are_shown_escaped_and_change_nothing(client: Client, twin: ConsoleTwin) -> None:
    twin.publishing.folder = Standing("", (FAULT,))
    page = client.get("/console/versions")
    assert "cannot be published" in page.text
    assert EVIL[0] not in page.text
    answer = send(client, "publish")
    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text
    assert "company.yaml:12" in answer.text
    assert twin.publishing.content == "aaaa000011112222"


def test_each_version_that_does_not_run_can_be_gone_back_to_once(client: Client, twin: ConsoleTwin) -> None:
    page = client.get("/console/versions")
    assert page.text.count("Go back to it</button>") == 1
    answer = send(client, "roll-back", content="bbbb000011112222")
    assert twin.publishing.content == "bbbb000011112222"
    assert "The earlier version is running again." in answer.text
    assert send(client, "roll-back", content="nothing").status_code == 422


def test_a_version_that_was_not_kept_is_shown_so_and_not_offered(client: Client, twin: ConsoleTwin) -> None:
    assert "not kept" not in client.get("/console/versions").text
    twin.publishing.ran[1] = replace(twin.publishing.ran[1], kept=False)
    page = client.get("/console/versions").text
    assert page.count("not kept, too large: nobody can go back to it") == 1
    assert "Go back to it</button>" not in page


def test_a_form_from_elsewhere_changes_nothing(client: Client, twin: ConsoleTwin) -> None:
    assert client.post("/console/versions/publish", data={"csrf": "guess"}).status_code == 403
    assert twin.publishing.asked == []


def test_sales_look_and_change_nothing(twin: ConsoleTwin) -> None:
    twin.employ(role="sales")
    twin.publishing.folder = Standing("cccc000011112222")
    clock = Clock(START)
    with client_of(twin, clock) as client:
        enter(client, twin, clock)
        page = client.get("/console/versions")
        assert "Only an administrator can publish" in page.text
        assert "Publish</button>" not in page.text
        assert "Go back to it</button>" not in page.text
        token = csrf_in(page)
        for where in ("publish", "roll-back"):
            assert client.post(f"/console/versions/{where}", data={"csrf": token}).status_code == 403
    assert twin.publishing.asked == []
