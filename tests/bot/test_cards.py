"""The card of a lead, made from what the core knows after a turn."""

from dataclasses import replace

from msgspec import structs

from bot.cards import card_for
from dialogs.library import Library
from dialogs.values import EffectKind, Inbound, Kind, Outcome
from scoring.company import Range
from scoring.values import Evidence, Fact, Source
from tests.builders import MONDAY, visitor


def told(key: str, value: str, inbound: str) -> Fact:
    return Fact(key, value, Evidence(Source.MESSAGE, inbound, value, 0, len(value)), "intent", MONDAY)


def qualified(library: Library, *more: Fact) -> Outcome:
    outcome = visitor(library).presses_all("crm", "not_sure", "none", "fine")
    conversation = outcome.conversation
    return replace(outcome, conversation=structs.replace(conversation, facts=(*conversation.facts, *more)))


def test_files_and_questions_stand_on_the_card(library: Library) -> None:
    """Two files are two files, though only the newest stands as a fact; a question asked twice is one question."""
    facts = (
        told("spec.file", "a.pdf", "i1"),
        told("spec.file", "b.pdf", "i2"),
        told("dialog.question", "NDA?", "i3"),
        told("dialog.question", "Java 21?", "i4"),
        told("dialog.question", "NDA?", "i5"),
    )
    inbound = Inbound("i9", "c1", Kind.TEXT, "x", MONDAY)
    card = card_for(inbound, qualified(library, *facts), EffectKind.LEAD_UPDATED, "h-1", "https://x.example", "CRM")
    assert card.files == ("a.pdf", "b.pdf")
    assert card.questions == ("Java 21?", "NDA?")
    bare = card_for(inbound, qualified(library), EffectKind.HANDOFF_OFFERED, "h-1", "https://x.example", "CRM")
    assert (bare.files, bare.questions) == ((), ())


def test_weeks_on_the_card_are_those_the_visitor_was_told(library: Library) -> None:
    outcome = qualified(library)
    assert outcome.assessment.estimate is not None
    short = structs.replace(outcome.assessment.estimate, weeks=Range(0.4, 1.5, 4.2))
    outcome = replace(outcome, assessment=structs.replace(outcome.assessment, estimate=short))
    inbound = Inbound("i9", "c1", Kind.TEXT, "x", MONDAY)
    estimate = card_for(inbound, outcome, EffectKind.HANDOFF_OFFERED, "h-1", "https://x.example", "CRM").estimate
    assert estimate is not None
    assert (estimate.weeks_low, estimate.weeks_high) == (1, 5)
