"""The console's memory in memory, and leads to look at."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from bot.console.ports import Drawing, StageWords, Weighing
from bot.publishing import Standing
from bot.rescore import Scored
from bot.tongues import LANGUAGES
from bot.trial import Lead, Trial
from bot.workspace import load_workspace
from dialogs.dropoff import DropOff, Fate
from dialogs.errors import ContentError
from dialogs.picture import Labels, ask_of, table_picture, tree_picture
from dialogs.tally import Agreement, Closed, Summary
from dialogs.values import Choice, Reply
from dialogs.wording import Wording
from scoring.assess import Assessment, CriterionScore, Fit, Flag, Point
from scoring.company import Range
from scoring.estimate import Estimate, Judgement, Sanity
from scoring.stages import STAGES, Stage
from scoring.values import (
    Evidence,
    Fact,
    FactValue,
    Money,
    MoneyRange,
    Source,
    Temperature,
    Urgency,
    Verdict,
    Window,
)
from storage.values import (
    CriterionPoints,
    FileKept,
    LeadDetails,
    LeadRow,
    OutboxRow,
    Publication,
    Sending,
    Staff,
    StaffSession,
    TranscriptTurn,
)
from tests.builders import packaged

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CRITERIA = ("budget", "authority", "need", "timing")
EVIL = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}")


@cache
def wordings() -> Mapping[str, Wording]:
    """The demo company's texts, languages of the console it does not speak in English."""
    spoken = load_workspace().library.wordings
    return {language: spoken.get(language, spoken["en"]) for language in LANGUAGES}


@dataclass
class Kept:
    """What is kept of a person beside the person."""

    staff: Staff
    password_hash: str = ""


@dataclass
class PublishingTwin:
    """A folder and what ran; what was asked for stays in *asked*."""

    content: str = "aaaa000011112222"
    folder: Standing = field(default_factory=lambda: Standing("aaaa000011112222"))
    ran: list[Publication] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def look(self) -> Standing:
        """What the folder holds."""
        return self.folder

    async def reload(self, author: str) -> Standing:
        """As the real one: faults change nothing."""
        self.asked.append(("reload", author))
        return self.folder if self.folder.problems else self._run(self.folder.content, "reload", author)

    async def roll_back(self, content: str, author: str) -> Standing:
        """As the real one: an unknown version is a problem."""
        self.asked.append(("roll_back", content, author))
        if content not in {one.content for one in self.ran}:
            return Standing("", (ContentError("rollback", "", f"no version {content!r} is kept"),))
        return self._run(content, "rollback", author)

    async def history(self) -> Sequence[Publication]:
        """The newest first."""
        return self.ran

    def _run(self, content: str, how: str, author: str) -> Standing:
        self.content = content
        self.ran.insert(0, Publication(content, self.folder.content, how, author, START))
        return Standing(content)


@dataclass
class ConsoleTwin:
    """Behaves as the store does towards the console."""

    details: dict[str, LeadDetails] = field(default_factory=dict)
    rows: dict[str, OutboxRow] = field(default_factory=dict)
    people: dict[str, Kept] = field(default_factory=dict)
    links: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    sessions: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    sent: dict[tuple[str, str], tuple[str, int, bytes]] = field(default_factory=dict)  # name, announced bytes, bytes
    fails: Exception | None = None
    tried: list[tuple[str, str]] = field(default_factory=list)  # text, name of its file
    trial: Trial | None = None  # what comes of any text
    spoken: dict[str, tuple[str, str]] = field(default_factory=dict)  # by id: the conversation, the words
    mute: Exception | None = None
    publishing: PublishingTwin = field(default_factory=PublishingTwin)

    @property
    def weighing(self) -> Weighing:
        """The founder under CHAMP as it would be, whoever is asked for."""

        async def weigh(conversation: str, framework: str) -> Mapping[str, Any] | None:
            if conversation not in self.details:
                return None
            assessment = dict(self.details[conversation].assessment)
            return assessment | {"framework": framework, "total": 40, "maximum": 100, "temperature": "warm"}

        async def draw(framework: str, language: str, labels: Labels, stages: StageWords) -> Drawing:
            tree, wording = packaged(framework), wordings()[language]
            moves = Counter(
                {("contact_us", "qualify"): 2, ("", "qualify"): 2, ("mql", "disqualify"): 1, ("", "disqualify"): 1}
            )
            figures = DropOff(2, {"need.what": Fate(put=2, answered=1, stopped=1)}, moves=moves)
            rows = [(one.id, ask_of(one, wording), figures.of(one.id)) for one in tree.questions]
            pipeline = table_picture(STAGES, stages.title, stages.description, figures, stages.names, styled=False)
            return Drawing(tree_picture(tree, wording, figures, labels, styled=False), rows, figures.talks, pipeline)

        async def try_out(text: str, name: str) -> Trial:
            self.tried.append((text, name))
            if self.trial is not None:
                return self.trial
            if "hot" not in text:
                return Trial(problems=(ContentError("what-if.yaml", "<b>", "<i>there is no such key</i>", "mend", 3),))
            return trial_of(*self.details)

        return Weighing(lambda: ("bant", "champ"), weigh, draw, try_out)

    async def speak(self, conversation: str, text: str, key: str) -> None:
        if self.mute:
            raise self.mute
        self.spoken.setdefault(key, (conversation, text))

    async def leads(
        self, *, stage: str = "", temperature: str = "", search: str = "", limit: int = 50, before: str = ""
    ) -> Sequence[LeadRow]:
        if self.fails:
            raise self.fails
        found = sorted((one.row for one in self.details.values()), key=lambda row: row.updated, reverse=True)
        if before:
            keys = [row.conversation for row in found]
            found = found[keys.index(before) + 1 :] if before in keys else []
        return [
            row
            for row in found
            if stage in ("", row.stage)
            and temperature in ("", row.temperature)
            and all(
                word in f"{row.name} {row.company} {row.contact} {row.source}".lower()
                for word in search.lower().split()
            )
        ][:limit]

    async def lead(self, conversation: str) -> LeadDetails | None:
        return self.details.get(conversation)

    async def files(self, conversation: str) -> Mapping[str, FileKept]:
        found = {inbound: one for (of, inbound), one in self.sent.items() if of == conversation}
        return {inbound: FileKept(announced, len(content)) for inbound, (_, announced, content) in found.items()}

    async def file(self, conversation: str, inbound: str) -> tuple[str, bytes] | None:
        found = self.sent.get((conversation, inbound))
        return None if found is None else (found[0], found[2])

    async def lead_counts(self) -> Mapping[tuple[str, str], int]:
        counts: dict[tuple[str, str], int] = {}
        for one in self.details.values():
            key = (one.row.stage, one.row.temperature)
            counts[key] = counts.get(key, 0) + 1
        return counts

    async def lead_points(self, conversations: Sequence[str]) -> Mapping[str, Sequence[CriterionPoints]]:
        return {
            key: [
                CriterionPoints(row["criterion"], row["points"], row["maximum"])
                for row in self.details[key].assessment["criteria"]
            ]
            for key in conversations
            if key in self.details
        }

    async def outbox(self, states: Sequence[str], limit: int) -> Sequence[OutboxRow]:
        return [row for row in reversed(self.rows.values()) if row.state in states][:limit]

    async def resend(self, row: str, now: datetime) -> bool:
        found = self.rows.get(row)
        if found is None or found.state not in (Sending.DEAD, Sending.UNCERTAIN):
            return False
        self.rows[row] = replace(found, state=Sending.READY, due=now, attempts=0)
        return True

    async def staff_by_email(self, email: str) -> Staff | None:
        return next((kept.staff for kept in self.people.values() if kept.staff.email == email.lower()), None)

    async def password_hash(self, key: str) -> str:
        return self.people[key].password_hash

    async def set_password_hash(self, key: str, password_hash: str) -> None:
        self.people[key].password_hash = password_hash
        self.sessions = {token: kept for token, kept in self.sessions.items() if kept[0] != key}

    async def set_email(self, key: str, email: str) -> bool:
        if any(kept.staff.email == email and of != key for of, kept in self.people.items()):
            return False
        self.people[key].staff = replace(self.people[key].staff, email=email)
        return True

    async def add_sign_in_link(self, token_hash: str, key: str, expires: datetime) -> None:
        self.links[token_hash] = (key, expires)

    async def use_sign_in_link(self, token_hash: str, now: datetime) -> Staff | None:
        key, expires = self.links.pop(token_hash, ("", now))
        return self.people[key].staff if expires > now and self.people[key].staff.active else None

    async def add_session(self, token_hash: str, key: str, csrf: str, expires: datetime) -> None:
        self.sessions[token_hash] = (key, csrf, expires)

    async def session(self, token_hash: str, now: datetime) -> StaffSession | None:
        if token_hash not in self.sessions:
            return None
        key, csrf, expires = self.sessions[token_hash]
        staff = self.people[key].staff
        return StaffSession(staff, csrf, expires) if expires > now and staff.active else None

    async def end_session(self, token_hash: str) -> None:
        self.sessions.pop(token_hash, None)

    def employ(self, key: str = "anna", email: str = "", role: str = "sales") -> Staff:
        """A person who may sign in."""
        self.people[key] = Kept(Staff(key, key.title(), email, role, active=True, created=START))
        return self.people[key].staff

    def keep(self, details: LeadDetails) -> None:
        self.details[details.row.conversation] = details


def trial_of(*conversations: str, name: str = "", company: str = "") -> Trial:
    """A change that takes a lead from sales, and these others as well."""
    moved = {
        "total": (60, 50),
        "temperature": ("warm", "cold"),
        "stage": ("mql", "contact_us"),
        "handoff": (True, False),
    }
    leads = [
        Lead(Scored(key, "bant", 50, 100, "cold", "contact_us", {}, [], [], dict(moved)), name, company, START)
        for key in ("c2", *conversations)
    ]
    closed, count = Closed(2, (1, 2), (0, 1)), len(leads)
    days = {"2026-03-01": (3, 3), "2026-03-02": (2, 1)}
    summary = Summary(
        3,
        1,
        (("mql", "contact_us", count),),
        (5, 4),
        days,
        (5, 4),
        days,
        (2, 1),
        Agreement(closed, closed, (0.5, 0.75)),
    )
    return Trial(summary, leads, {("mql", "contact_us"): leads}, content="aaaa000011112222")


def said(
    key: str,
    value: FactValue | None,
    text: str,
    quote: str,
    inbound: str,
    *,
    how: str = "mention",
    source: Source = Source.MESSAGE,
    minutes: int = 0,
) -> Fact:
    """A fact whose quote stands in the text."""
    start = text.index(quote)
    evidence = Evidence(source, inbound, quote, start, start + len(quote))
    return Fact(key, value, evidence, how, START + timedelta(minutes=minutes), 0.9)


def row(conversation: str, minutes: int = 0, **changes: Any) -> LeadRow:
    """A lead of the list."""
    known: dict[str, Any] = {
        "conversation": conversation,
        "framework": "bant",
        "stage": "mql",
        "total": 95,
        "maximum": 100,
        "grade": "A1",
        "temperature": "hot",
        "name": "Olena Koval",
        "company": "Kolo Retail",
        "contact": "olena@kolo.ua",
        "channel": "web",
        "source": "google",
        "page": "https://northlight.example/services/crm?utm_source=google",
        "language": "en",
        "handoff": "offered",
        "opened": START,
        "updated": START + timedelta(minutes=minutes),
        "turn": 4,
    }
    return LeadRow(**(known | changes))


MAIL = "olena@kolo.ua"
FIRST = "Hi! We need a CRM for our sales team, leads get lost in spreadsheets. Budget 9 000 €, sorry, it is 12 000 €."
SECOND = "I am the founder, I decide myself. It has to run in two weeks, before the trade fair."


EURO_9, EURO_12 = (MoneyRange(Decimal(n), Decimal(n), "EUR") for n in (9000, 12000))


def facts_of_founder() -> tuple[Fact, ...]:
    """What the founder told, one sum corrected."""
    return (
        said("need.category", "crm", FIRST, "CRM for our sales team", "in-1", how="needs.crm"),
        said("need.purpose", "sales", FIRST, "sales team", "in-1"),
        said("pain.says", "yes", FIRST, "leads get lost in spreadsheets", "in-1"),
        said("budget.amount", EURO_9, FIRST, "9 000 €", "in-1", how="money.sum"),
        said("budget.amount", EURO_12, FIRST, "12 000 €", "in-1", how="money.sum"),
        said("spec.has", "no", "Not yet", "Not yet", "in-2", how="button", source=Source.CHOICE, minutes=1),
        said("authority.role", "owner", SECOND, "founder", "in-3", how="role.owner", minutes=2),
        said("authority.decides", True, SECOND, "I decide myself", "in-3", how="role.decides", minutes=2),
        said(
            "timing.deadline",
            Window(None, date(2026, 3, 16), Urgency.DATED),
            SECOND,
            "in two weeks",
            "in-3",
            how="timing.within",
            minutes=2,
        ),
        said("contact.email", MAIL, MAIL, MAIL, "in-4", how="contacts.email", minutes=3),
    )


def founder(conversation: str = "lead-1", **changes: Any) -> LeadDetails:
    """The hot lead of the worked example, with a transcript."""
    facts = facts_of_founder()
    by_key = {fact.key: fact for fact in facts}
    assessment = Assessment(
        framework="bant",
        criteria=(
            CriterionScore(
                "need",
                20,
                25,
                Verdict.MET,
                _points(by_key, "names_need", 15, "need.category")
                + _points(by_key, "says_purpose", 5, "need.purpose", "pain.says"),
            ),
            CriterionScore("budget", 25, 25, Verdict.MET, _points(by_key, "budget.0.2", 25, "budget.amount")),
            CriterionScore("authority", 25, 25, Verdict.MET, _points(by_key, "decides", 25, "authority.decides")),
            CriterionScore("timing", 25, 25, Verdict.PARTLY, _points(by_key, "in_three_months", 25, "timing.deadline")),
        ),
        total=95,
        maximum=100,
        temperature=Temperature.HOT,
        stage=Stage.MQL,
        flags=(Flag("timing_tight", (by_key["timing.deadline"],), 0.42),),
        implicit=5,
        fit=Fit(2, (("email_corporate", 1), ("specialty", 1), ("size", -1))),
        estimate=Estimate(
            Range(150, 260, 420),
            Range(4, 6, 10),
            Money(Decimal(6800), "EUR"),
            Money(Decimal(12000), "EUR"),
            Money(Decimal(19000), "EUR"),
            ("crm",),
            vague=False,
        ),
        timing=Judgement(Sanity.TIGHT, 0.42, by_key["timing.deadline"]),
        budget=Judgement(Sanity.OK, 1.0, by_key["budget.amount"]),
        advice=("deadline_compressed_price_up", "clarify_scope"),
    )
    return LeadDetails(
        row=row(conversation, **changes),
        assessment=msgspec.to_builtins(assessment),
        facts=facts,
        transcript=talk(),
        email="olena@kolo.ua",
        phone="+380501234567",
        telegram="",
    )


def _points(by_key: Mapping[str, Fact], rule: str, points: int, *keys: str) -> tuple[Point, ...]:
    return (Point(points, rule, tuple(by_key[key] for key in keys)),)


def talk() -> tuple[TranscriptTurn, ...]:
    """The founder's conversation."""
    spec = (Choice("1:spec.has:ready", "Yes, it's ready"), Choice("1:spec.has:none", "Not yet"))
    return (
        turn(0, "start", "", "Hello, I am the assistant of Northlight Studio. What would you like to build?"),
        turn(1, "text", FIRST, "A CRM, 12 000 €. Do you have anything written down?", spec),
        turn(2, "choice", "1:spec.has:none", "Fine. Who decides about this on your side?"),
        turn(3, "text", SECOND, "Two weeks is tight, but let us see. Where can we reach you?"),
        turn(4, "text", "olena@kolo.ua", "Thank you! A colleague will write to you within 20 minutes."),
    )


def turn(number: int, kind: str, text: str, reply: str, choices: tuple[Choice, ...] = ()) -> TranscriptTurn:
    """One turn with one reply."""
    author = "system" if kind == "start" else "visitor"
    replies = (Reply(f"{number}.1", reply, choices),)
    return TranscriptTurn(number, START + timedelta(minutes=number), f"in-{number}", kind, text, author, replies, None)


def simple(conversation: str, text: str = "Hello", **changes: Any) -> LeadDetails:
    """A lead about whom next to nothing is known."""
    assessment = {
        "framework": "bant",
        "criteria": [
            {"criterion": name, "points": 0, "maximum": 25, "verdict": "unknown", "reasons": []} for name in CRITERIA
        ],
        "total": 0,
        "maximum": 100,
    }
    facts = {"total": 0, "temperature": "cold", "stage": "contact_us", "name": "", "company": "", "contact": ""}
    return LeadDetails(
        row(conversation, **(facts | {"handoff": "", "turn": 1} | changes)),
        assessment,
        (),
        (turn(0, "start", "", "Hello!"), turn(1, "text", text, "Tell me more.")),
        "",
        "",
        "",
    )


def with_files(twin: ConsoleTwin, conversation: str = "lead-1") -> None:
    """Three files more in a lead's conversation, one of them there, and a question."""
    details = twin.details[conversation]
    sent = (
        ("ТЗ на CRM, версия 3.pdf", 1_300_000, b"%PDF" * 325_000),
        ("prices.xlsx", 9000, b""),
        ("notes.txt", 0, b""),
    )
    turns = list(details.transcript)
    for name, announced, content in sent:
        turns.append(turn(len(turns), "file", name, "Got it, the file goes to our specialist."))
        twin.sent[conversation, turns[-1].inbound] = (name, announced, content)
    turns.append(turn(len(turns), "file", "refused:kind:voice.ogg", "I can't take that one, I'm afraid."))
    text = "Do you sign an NDA before we talk?"
    turns.append(turn(len(turns), "text", text, "Good question, a colleague will answer it."))
    asked = said("dialog.question", text, text, text, turns[-1].inbound, how="intent")
    twin.keep(replace(details, transcript=tuple(turns), facts=(*details.facts, asked)))


def sending(number: str, state: Sending, kind: str = "notify.email", error: str = "") -> OutboxRow:
    """An outbox row."""
    return OutboxRow(
        number, f"key-{number}", kind, "lead-1", 1, "{}", state, 12, START, error, START - timedelta(minutes=5)
    )
