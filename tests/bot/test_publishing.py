"""Another version of the workspace takes over between two turns: talks go on, faults stay outside, one can go back."""

import asyncio
import io
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from litestar import Litestar

from bot.app import build_app, open_house
from bot.archive import LARGEST, packed
from bot.cli import GOOD, main
from bot.control import NoServer, Order, Place, Report, announced, file_of, handler, send
from bot.notifiers.email import EmailNotifier
from bot.outside import Outside, open_outside
from bot.publishing import Draft, Publisher, first
from bot.reception import Reception
from bot.routing import Routes
from bot.settings import Settings
from bot.workspace import DEFAULT, WORKSPACES, Workspace, load_workspace
from dialogs.engine import open_conversation
from dialogs.errors import BrokenContent, ContentError
from dialogs.library import Library
from dialogs.values import Conversation, Inbound, Kind
from scoring.conditions import Knowledge
from storage.errors import StoreBusy
from storage.store import Store
from storage.values import Publication, StoredTurn, TurnRequest
from tests.bot.test_notifiers import CARD, row_of
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

    async def restarted(self, *, publish: bool = False) -> str:
        """What runs after a restart."""
        held = load_workspace(str(self.folder))
        running = await first(held, self.store, lambda: MONDAY, publish=publish)
        self.publisher.reception.run(running.library, routes(running.library))
        self.publisher.folder = Draft.of(held)
        return running.library.company.name

    def archives(self) -> dict[str, dict[str, bytes]]:
        """The files that are kept, by version."""
        driver = sqlite3.connect(self.database)
        found = {}
        for content, archive in driver.execute("SELECT content, archive FROM contents"):
            with zipfile.ZipFile(io.BytesIO(archive)) as held:
                found[content] = {name: held.read(name) for name in held.namelist()}
        driver.close()
        return found

    async def named(self, name: str) -> str:
        """The version published with the company called so."""
        path = self.folder / "company.yaml"
        text = path.read_text("utf-8")
        path.write_text(re.sub("^name: .*$", f"name: {name}", text, count=1, flags=re.MULTILINE), "utf-8")
        standing = await self.publisher.reload("command")
        assert standing.problems == ()
        return standing.content

    @property
    def company(self) -> str:
        """The name of the company that runs."""
        return self.publisher.reception.library.company.name

    def contents(self) -> list[str]:
        driver = sqlite3.connect(self.database)
        rows = [row[0] for row in driver.execute("SELECT content FROM turns ORDER BY turn")]
        driver.close()
        return rows


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Another release of the product from then on."""
    return lambda: monkeypatch.setattr("bot.workspace.__version__", "99.0")


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
    publisher = Publisher(str(folder), store, reception, routes, lambda: MONDAY, Draft.of(held))
    yield Bot(folder, tmp_path / "banter.db", store, publisher)
    await store.close()


@pytest.mark.parametrize("body", [b"", b"{", b'{"action": "sleep"}', b'{"action": "\xff"}', b'{"x": ' + b"[" * 90_000])
async def test_an_order_that_cannot_be_read_is_refused(bot: Bot, body: bytes) -> None:
    app = Litestar([handler(bot.publisher, "secret")])
    client = client_of(app, "127.0.0.1")
    answer = await client.post("/control", content=body, headers={"authorization": "Bearer secret"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("expected an order: ")


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


async def test_going_back_under_another_release_keeps_the_files_and_lasts(
    bot: Bot, upgrade: Callable[[], None]
) -> None:
    old = bot.publisher.content
    await bot.named("Southlight Studio")
    upgrade()
    assert await bot.restarted() == "Southlight Studio"
    standing = await bot.publisher.roll_back(old, "command")
    assert standing.content not in ("", old)
    assert bot.archives()[standing.content] == bot.archives()[old] != {}
    assert await bot.restarted() == "Northlight Studio"


async def test_an_upgrade_leaves_what_somebody_went_back_from_where_it_is(
    bot: Bot, upgrade: Callable[[], None]
) -> None:
    await bot.named("Southlight Studio")
    await bot.publisher.roll_back("", "command")
    upgrade()
    for _ in range(2):
        assert await bot.restarted() == "Northlight Studio"
    newest = (await bot.publisher.history())[0]
    assert (newest.how, newest.content, newest.kept) == ("start", bot.publisher.content, True)
    assert newest.folder == load_workspace(str(bot.folder)).library.version != newest.content
    assert len(await bot.publisher.history()) == 4
    bot.edit("company.yaml", "name: Southlight Studio", "name: Eastlight Studio")
    assert await bot.restarted() == "Eastlight Studio"


async def test_what_cannot_run_any_more_stops_the_start_and_the_folder_is_not_run_unasked(
    bot: Bot, upgrade: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = bot.publisher.content
    await bot.named("Southlight Studio")
    await bot.publisher.roll_back("", "command")
    upgrade()
    monkeypatch.setattr("bot.archive.load_workspace", no_longer_sound)
    with pytest.raises(BrokenContent) as raised:
        await bot.restarted()
    told = str(raised.value)
    assert f"somebody went back to {old}" in told
    assert "`banter serve --publish`" in told
    assert "the kept version, company.yaml:3: hot: is gone" in told
    assert await bot.restarted(publish=True) == "Southlight Studio"
    assert await bot.restarted() == "Southlight Studio"


def no_longer_sound(folder: str) -> Workspace:
    problem = ContentError(f"{folder}/company.yaml", "hot", "is gone", f"see `banter init {folder}`", 3)
    raise BrokenContent((problem,))


async def test_faults_of_a_kept_version_name_no_folder_that_is_gone(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    old = bot.publisher.content
    new = await bot.named("Southlight Studio")
    monkeypatch.setattr("bot.archive.load_workspace", no_longer_sound)
    (problem,) = (await bot.publisher.roll_back(old, "command")).problems
    assert str(problem) == "the kept version, company.yaml:3: hot: is gone -> see `banter init the kept version`"
    assert bot.publisher.content == new


@pytest.mark.parametrize("archive", [b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04 torn"])
async def test_files_that_were_lost_are_told_and_nothing_changes(bot: Bot, archive: bytes) -> None:
    old = bot.publisher.content
    new = await bot.named("Southlight Studio")
    driver = sqlite3.connect(bot.database)
    driver.execute("UPDATE contents SET archive = ? WHERE content = ?", (archive, old))
    driver.commit()
    driver.close()
    (problem,) = (await bot.publisher.roll_back("", "command")).problems
    assert "kept" in str(problem)
    assert "banter versions" in problem.mend
    assert bot.publisher.content == new


async def test_a_database_of_the_release_before_stays_with_what_it_went_back_to(bot: Bot) -> None:
    await bot.named("Southlight Studio")
    await bot.publisher.roll_back("", "command")
    driver = sqlite3.connect(bot.database)
    driver.execute("UPDATE publications SET own = '', draft = ''")
    driver.commit()
    driver.close()
    for _ in range(2):
        assert await bot.restarted() == "Northlight Studio"
    assert (await bot.publisher.history())[0].draft == load_workspace(str(bot.folder)).own_version


async def test_going_back_twice_goes_further_back_and_never_to_what_was_left(bot: Bot) -> None:
    for name in ("Southlight Studio", "Eastlight Studio"):
        await bot.named(name)
    for name in ("Southlight Studio", "Northlight Studio"):
        assert (await bot.publisher.roll_back("", "command")).problems == ()
        assert bot.company == name
    (problem,) = (await bot.publisher.roll_back("", "command")).problems
    assert "no earlier version is kept" in problem.problem
    assert bot.company == "Northlight Studio"


async def test_what_was_left_comes_back_when_it_is_named_or_published(bot: Bot, upgrade: Callable[[], None]) -> None:
    broken = await bot.named("Southlight Studio")
    await bot.publisher.roll_back("", "command")
    assert (await bot.publisher.roll_back(broken[:6], "command")).content == broken
    await bot.publisher.roll_back("", "command")
    assert bot.company == "Northlight Studio"
    await bot.named("Southlight Studio")
    await bot.named("Eastlight Studio")
    upgrade()  # which brings no version worth going back to
    await bot.restarted()
    await bot.publisher.roll_back("", "command")
    assert bot.company == "Southlight Studio"


async def test_a_beginning_means_one_version_or_is_asked_about(bot: Bot) -> None:
    names = ("abcd000011112222", "abcd000033334444")
    for content in names:
        await bot.store.note_publication(Publication(content, content, "reload", "", MONDAY), b"files")
    (several,) = (await bot.publisher.roll_back("abcd", "command")).problems
    assert several.problem == f"several begin so: {', '.join(names)}"
    (short,) = (await bot.publisher.roll_back(bot.publisher.content[:3], "command")).problems
    assert "at least 4" in short.mend


async def test_publishing_the_files_that_run_already_ends_what_was_gone_back_to(bot: Bot) -> None:
    await bot.named("Southlight Studio")
    await bot.publisher.roll_back("", "command")
    await bot.named("Northlight Studio")
    bot.edit("company.yaml", NAME, "name: Southlight Studio")
    assert await bot.restarted() == "Southlight Studio"


async def test_what_lies_about_is_neither_read_nor_kept_nor_in_the_way(bot: Bot) -> None:
    (bot.folder / "caf\udce9.txt").write_text("x", "utf-8")
    (bot.folder / "gone.yaml").symlink_to(bot.folder / "nowhere.yaml")
    with (bot.folder / "export.txt").open("wb") as file:
        file.truncate(2 * LARGEST)
    new = await bot.named("Southlight Studio")
    assert {"company.yaml", "frameworks/ours.yaml"} <= bot.archives()[new].keys()
    assert not {"export.txt", "README.md", "gone.yaml"} & bot.archives()[new].keys()
    assert (await bot.publisher.history())[0].kept
    assert await bot.restarted() == "Southlight Studio"


async def test_the_bytes_that_were_read_are_kept_whatever_is_saved_meanwhile(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = (bot.folder / "company.yaml").read_bytes().replace(NAME.encode(), b"name: Southlight Studio")

    def slowly(name: str) -> Workspace:
        workspace = load_workspace(name)
        (bot.folder / "company.yaml").write_bytes(b"name: half a file")
        return workspace

    monkeypatch.setattr("bot.publishing.load_workspace", slowly)
    new = await bot.named("Southlight Studio")
    assert bot.archives()[new]["company.yaml"] == read


async def test_frameworks_that_are_linked_or_hidden_come_back_too(bot: Bot, tmp_path: Path) -> None:
    (bot.folder / "frameworks").rename(tmp_path / "shared")
    (tmp_path / "shared" / "ours.yaml").rename(tmp_path / "shared" / ".ours.yaml")
    (bot.folder / "frameworks").symlink_to(tmp_path / "shared")
    bot.edit("company.yaml", "framework: bant", "framework: ours")
    await bot.named("Northlight Studio")
    await bot.named("Southlight Studio")
    assert (await bot.publisher.roll_back("", "command")).problems == ()
    assert bot.company == "Northlight Studio"


async def test_a_version_that_is_too_large_runs_and_is_told_as_not_kept(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.archive.LARGEST", 1000)
    bot.edit("company.yaml", NAME, "name: Southlight Studio")
    standing = await bot.publisher.reload("command")
    assert (standing.problems, standing.kept) == ((), False)
    assert bot.company == "Southlight Studio"
    assert [one.kept for one in await bot.publisher.history()] == [False, True]
    await bot.named("Eastlight Studio")
    (problem,) = (await bot.publisher.roll_back("", "command")).problems
    assert f"the files of {standing.content} were not kept" in problem.problem


async def test_what_cannot_be_remembered_does_not_take_over(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bot.publisher.content

    async def full(*_: object) -> None:
        raise StoreBusy("the disk is full")

    bot.edit("company.yaml", NAME, "name: Southlight Studio")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "note_publication", full)
        with pytest.raises(StoreBusy):
            await bot.publisher.reload("command")
    assert bot.publisher.content == before
    assert (await bot.publisher.reload("command")).content != before


def test_the_same_files_make_the_same_archive_wherever_they_lie(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(WORKSPACES / DEFAULT, tmp_path / name)
    (tmp_path / "two" / ".git").mkdir()
    (tmp_path / "two" / ".git" / "config.yaml").write_text("secret: 1", "utf-8")
    one, two = (load_workspace(str(tmp_path / name)) for name in ("one", "two"))
    assert packed(one.own) == packed(two.own)
    assert (one.library.version, one.own_version) == (two.library.version, two.own_version)


async def test_commands_reach_the_server_by_a_secret_file_and_nobody_else_does(tmp_path: Path) -> None:
    settings = Settings.from_environ({"BANTER_DATABASE_URL": f"sqlite:///{tmp_path / 'banter.db'}"})
    house = await open_house(settings)
    app = build_app(house)
    try:
        async with client_of(app, "127.0.0.1") as client:
            for headers in ({}, {"authorization": "Bearer guess"}):
                assert (await client.post("/control", json={"action": "reload"}, headers=headers)).status_code == 404
    finally:
        await house.close()


async def test_handoffs_leave_in_the_sales_language_that_runs(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def remembered(settings: Settings, language: Callable[[], str]) -> Outside:
        opened.append(open_outside(settings, language))
        return opened[0]

    monkeypatch.setattr("bot.app.open_outside", remembered)
    settings = Settings.from_environ(
        {
            "BANTER_DATABASE_URL": f"sqlite:///{tmp_path / 'house.db'}",
            "BANTER_WORKSPACE": str(bot.folder),
            "BANTER_SALES_EMAIL": "sales@northlight.example",
            "BANTER_SMTP_URL": "smtp://127.0.0.1:1",
        }
    )
    house = await open_house(settings)
    (mail,) = opened[0].senders
    assert isinstance(mail, EmailNotifier)
    row = row_of(CARD)
    try:
        assert '<html lang="en">' in html_of(mail.compose(row))
        bot.edit("company.yaml", "sales_language: en", "sales_language: pl")
        assert (await house.publisher.reload("command")).problems == ()
        assert '<html lang="pl">' in html_of(mail.compose(row))
    finally:
        await house.close()


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


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


def test_the_command_says_when_nobody_can_go_back_to_what_runs_now(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for kept in (True, False):
        monkeypatch.setattr("bot.control.send", lambda *_, kept=kept: Report("old", "new", kept=kept))
        assert main(["reload"]) == GOOD
        told = capsys.readouterr()
        assert told.out == "new runs now; before: old\n"
        assert ("nobody can go back to it" in told.err) is not kept


async def test_the_list_says_which_versions_were_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BANTER_DATABASE_URL", f"sqlite:///{tmp_path / 'banter.db'}")
    store = await Store.open(f"sqlite:///{tmp_path / 'banter.db'}")
    for content, archive in (("aaaa", b"files"), ("bbbb", b"")):
        await store.note_publication(Publication(content, content, "reload", "", MONDAY), archive)
    await store.close()
    assert await asyncio.to_thread(main, ["versions"]) == GOOD
    newest, oldest = capsys.readouterr().out.splitlines()
    assert newest.startswith("* bbbb")
    assert newest.endswith("reload, not kept")
    assert oldest.endswith("reload")
