"""Another version of the workspace takes over between two turns: talks go on, faults stay outside, one can go back."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import build_app, open_house
from bot.control import NoServer, Order, Place, announced, file_of, send
from bot.publishing import Publisher, first, packed
from bot.reception import Reception
from bot.routing import Routes
from bot.workspace import DEFAULT, WORKSPACES, load_workspace
from dialogs.engine import open_conversation
from dialogs.library import Library
from dialogs.values import Conversation, Inbound, Kind
from scoring.conditions import Knowledge
from storage.store import Store
from storage.values import StoredTurn, TurnRequest
from tests.bot.web_house import client_of
from tests.builders import MONDAY

NAME = "name: Northlight Studio"


@dataclass
class Bot:
    """A bot over a workspace folder that changes."""

    folder: Path
    database: Path
    store: Store
    publisher: Publisher

    def edit(self, file: str, before: str, after: str) -> None:
        path = self.folder / file
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), "utf-8")

    async def take(self, key: str, kind: Kind, text: str = "", framework: str = "") -> StoredTurn:
        inbound = Inbound(key, "c1", kind, text, MONDAY + timedelta(minutes=int(key)))
        opening = open_conversation("c1", "web", framework, "en", inbound) if framework else None
        return await self.publisher.reception.receive(TurnRequest(inbound, opening))

    async def known(self) -> tuple[Conversation, Knowledge]:
        conversation = await self.store.conversation("c1")
        assert conversation is not None
        return conversation, Knowledge(conversation.facts)

    def contents(self) -> list[str]:
        driver = sqlite3.connect(self.database)
        rows = [row[0] for row in driver.execute("SELECT content FROM turns ORDER BY turn")]
        driver.close()
        return rows


def routes(library: Library) -> Routes:
    return Routes(library, (), "http://localhost")


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    folder = tmp_path / "workspace"
    shutil.copytree(WORKSPACES / DEFAULT, folder)
    (folder / "frameworks").mkdir(exist_ok=True)
    own = (Path(load_workspace.__code__.co_filename).parents[1] / "dialogs/frameworks/bant.yaml").read_text("utf-8")
    (folder / "frameworks" / "ours.yaml").write_text(own.replace("framework: bant", "framework: ours", 1), "utf-8")
    store = await Store.open(f"sqlite:///{tmp_path / 'banter.db'}")
    held = load_workspace(str(folder))
    running = await first(held, store, lambda: MONDAY)
    reception = Reception(store, running.library, routes(running.library))
    publisher = Publisher(str(folder), store, reception, routes, lambda: MONDAY, held.library.version)
    yield Bot(folder, tmp_path / "banter.db", store, publisher)
    await store.close()


async def test_a_talk_goes_on_under_the_new_version_with_all_it_knows(bot: Bot) -> None:
    before = bot.publisher.content
    await bot.take("0", Kind.START, framework="bant")
    await bot.take("1", Kind.TEXT, "We need a CRM for 15 people, and I am the owner")
    bot.edit("company.yaml", NAME, "name: Southlight Studio")
    standing = await bot.publisher.reload("command")
    assert standing.problems == ()
    assert standing.content == bot.publisher.content != before
    asked = (await bot.known())[0].asked
    assert bot.publisher.reception.library.company.name == "Southlight Studio"
    await bot.take("2", Kind.TEXT, "for the sales people")
    conversation, known = await bot.known()
    assert known.value("need.category") == "crm"
    assert known.value("authority.role") == "owner"
    assert [one.question for one in conversation.asked[: len(asked)]] == [one.question for one in asked]
    assert len({one.question for one in conversation.asked}) == len(conversation.asked)  # nothing twice
    assert bot.contents() == [before, before, standing.content]


async def test_a_talk_whose_framework_is_gone_goes_on_with_the_companys_own(bot: Bot) -> None:
    await bot.take("0", Kind.START, framework="ours")
    await bot.take("1", Kind.TEXT, "We need a CRM, our budget is 20 thousand euro")
    (bot.folder / "frameworks" / "ours.yaml").unlink()
    assert (await bot.publisher.reload("command")).problems == ()
    said = []
    for key, text in (("2", "We have a draft of the spec"), ("3", "that's fine"), ("4", "I'm the CEO, I decide")):
        said += [reply.text for reply in (await bot.take(key, Kind.TEXT, text)).replies]
    conversation, known = await bot.known()
    assert known.value("need.category") == "crm"
    assert known.value("authority.role") == "c_level"
    assert len({one.question for one in conversation.asked}) == len(conversation.asked)
    assert len(set(said)) == len(said)


async def test_a_button_of_a_question_that_is_gone_changes_nothing_and_the_talk_goes_on(bot: Bot) -> None:
    await bot.take("0", Kind.START, framework="ours")
    turn = await bot.take("1", Kind.TEXT, "We need a CRM")
    for _ in range(6):
        waiting = (await bot.known())[0].waiting_for
        if waiting is not None and waiting.question == "spec.has":
            break
        number = (await bot.known())[0].turn
        turn = await bot.take(str(number + 1), Kind.TEXT, "for sales, with telephony")
    button = turn.replies[-1].choices[0].id
    assert waiting is not None
    assert waiting.question == "spec.has"
    bot.edit("frameworks/ours.yaml", "  spec.has: {criterion: budget}\n", "")
    assert (await bot.publisher.reload("command")).problems == ()
    assert "spec.has" not in {one.id for one in bot.publisher.reception.library.frameworks["ours"].questions}
    facts = (await bot.known())[0].facts
    pressed = await bot.take("50", Kind.CHOICE, button)
    assert pressed.replies
    assert (await bot.known())[0].facts == facts
    answered = await bot.take("51", Kind.TEXT, "I'm the owner and I decide")
    assert answered.replies
    assert (await bot.known())[1].value("authority.role") == "owner"


async def test_faults_are_all_told_and_what_runs_stays(bot: Bot) -> None:
    before = bot.publisher.content
    bot.edit("company.yaml", "framework: bant", "framework: nobodys")
    bot.edit("frameworks/ours.yaml", "framework: ours", "framework: ours\nnonsense: 1")
    standing = await bot.publisher.reload("signal")
    assert {Path(one.file).name for one in standing.problems} == {"company.yaml", "ours.yaml"}
    assert bot.publisher.content == before
    assert (await bot.publisher.look()).problems == standing.problems
    assert [one.how for one in await bot.publisher.history()] == ["start"]


async def test_one_goes_back_and_a_restart_remembers_it_until_the_folder_changes(bot: Bot) -> None:
    old = bot.publisher.content
    bot.edit("company.yaml", NAME, "name: Southlight Studio")
    new = (await bot.publisher.reload("command")).content
    assert (await bot.publisher.roll_back("", "command")).content == old
    assert bot.publisher.reception.library.company.name == "Northlight Studio"
    held = load_workspace(str(bot.folder))
    assert held.library.version == new
    assert (await first(held, bot.store, lambda: MONDAY)).library.version == old
    bot.edit("company.yaml", "name: Southlight Studio", "name: Eastlight Studio")
    changed = load_workspace(str(bot.folder))
    assert (await first(changed, bot.store, lambda: MONDAY)).library.version == changed.library.version
    assert [one.how for one in await bot.publisher.history()] == ["start", "rollback", "reload", "start"]


async def test_publishing_again_after_going_back_runs_the_folder(bot: Bot) -> None:
    old = bot.publisher.content
    bot.edit("company.yaml", NAME, "name: Southlight Studio")
    new = (await bot.publisher.reload("command")).content
    await bot.publisher.roll_back(old[:6], "Anna")
    assert bot.publisher.content == old
    assert (await bot.publisher.reload("Anna")).content == new
    assert (await bot.publisher.reload("Anna")).content == new
    assert [one.how for one in await bot.publisher.history()] == ["reload", "rollback", "reload", "start"]


@pytest.mark.parametrize("named", ["", "nothing", "zz"])
async def test_what_was_never_run_cannot_be_gone_back_to(bot: Bot, named: str) -> None:
    before = bot.publisher.content
    (problem,) = (await bot.publisher.roll_back(named, "command")).problems
    assert "banter versions" in problem.mend
    assert bot.publisher.content == before


def test_the_same_files_make_the_same_archive_wherever_they_lie(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(WORKSPACES / DEFAULT, tmp_path / name)
    (tmp_path / "two" / ".git").mkdir()
    (tmp_path / "two" / ".git" / "config.yaml").write_text("secret: 1", "utf-8")
    assert packed(tmp_path / "one") == packed(tmp_path / "two")
    assert (
        load_workspace(str(tmp_path / "one")).library.version == load_workspace(str(tmp_path / "two")).library.version
    )


async def test_commands_reach_the_server_by_a_secret_file_and_nobody_else_does(tmp_path: Path) -> None:
    from bot.settings import Settings

    settings = Settings.from_environ({"BANTER_DATABASE_URL": f"sqlite:///{tmp_path / 'banter.db'}"})
    house = await open_house(settings)
    app = build_app(house)
    try:
        async with client_of(app, "127.0.0.1") as client:
            for headers in ({}, {"authorization": "Bearer guess"}):
                assert (await client.post("/control", json={"action": "reload"}, headers=headers)).status_code == 404
    finally:
        await house.close()


def test_the_file_that_tells_where_the_server_is_is_the_owners_alone_and_goes_with_it(tmp_path: Path) -> None:
    file = file_of(tmp_path / "banter.db")
    with announced(file, Place("http://127.0.0.1:1", "secret")):
        assert file.stat().st_mode & 0o777 == 0o600
        assert json.loads(file.read_bytes()) == {"url": "http://127.0.0.1:1", "secret": "secret"}
        with pytest.raises(NoServer, match="does not answer"):
            send(file, Order("reload"))
    assert not file.exists()
    with pytest.raises(NoServer, match="banter serve"):
        send(file, Order("reload"))


async def test_a_fact_no_rubric_knows_is_kept(bot: Bot) -> None:
    await bot.take("0", Kind.START, framework="bant")
    await bot.take("1", Kind.TEXT, "We need a CRM, as soon as possible")
    conversation, known = await bot.known()
    count = len(conversation.facts)
    assert known.value("timing.urgency") is not None
    bot.edit("company.yaml", "framework: bant", "framework: puzzle")
    await bot.publisher.reload("command")
    await bot.take("2", Kind.TEXT, "it is for sales")
    after, _ = await bot.known()
    assert after.facts[:count] == conversation.facts
