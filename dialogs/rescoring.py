"""Old conversations under another framework, other weights, another company: facts are kept once, scored anywhere."""

from collections.abc import Mapping
from datetime import datetime

from dialogs.framework import Framework
from dialogs.library import Library
from dialogs.values import Conversation
from scoring.assess import Assessment, weigh
from scoring.company import Company
from scoring.conditions import Knowledge


def rescored(conversation: Conversation, framework: Framework, library: Library) -> Assessment:
    """
    What a stored conversation is worth under a framework, as of the last thing that was learned in it.

    The clock has no say, so every run on every machine gives the same bytes. Facts the framework knows nothing of stay
    where they are and count for nothing.
    """
    home = library.home_currencies.get(conversation.language, "")
    return weighed(conversation, framework, library.company, home)


def weighed(conversation: Conversation, framework: Framework, company: Company, home_currency: str) -> Assessment:
    """The same for a company of one's own choice."""
    at = as_of(conversation)
    known = Knowledge(conversation.facts, conversation.signals, now=at)
    return weigh(framework.rubric, known, company, at, home_currency=home_currency)


def as_of(conversation: Conversation) -> datetime:
    """When something was last learned in a conversation; when it began if nothing was."""
    moments = [fact.at for fact in conversation.facts] + [signal.at for signal in conversation.signals]
    return max(moments, default=conversation.started)


def changes(before: Assessment, after: Assessment) -> Mapping[str, tuple[object, object]]:
    """What differs between two assessments of one lead: total, temperature and stage, each old and new."""
    old = (before.framework, before.total, before.maximum, before.temperature.value, before.stage.value)
    new = (after.framework, after.total, after.maximum, after.temperature.value, after.stage.value)
    names = ("framework", "total", "maximum", "temperature", "stage")
    return {name: (one, other) for name, one, other in zip(names, old, new, strict=True) if one != other}
