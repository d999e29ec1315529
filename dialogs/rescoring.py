"""Old conversations under another framework, other weights, another company: facts are kept once, scored anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dialogs.framework import Framework
from dialogs.library import Library
from dialogs.values import Conversation
from scoring.assess import Assessment, weigh
from scoring.company import Company
from scoring.conditions import Knowledge
from scoring.stages import Stage
from scoring.values import Temperature

QUALIFIED = (Stage.MQL, Stage.SQL)


@dataclass(frozen=True, slots=True)
class Scale:
    """What of a library leads are weighed on; small enough to be handed to another process."""

    frameworks: Mapping[str, Framework]
    company: Company
    home_currencies: Mapping[str, str]

    @classmethod
    def of(cls, library: Library) -> "Scale":
        """The scale of a library."""
        return cls(library.frameworks, library.company, library.home_currencies)

    def weigh(self, conversation: Conversation, framework: str = "") -> Assessment:
        """
        What a stored conversation is worth, as `rescored` says.

        Args:
            conversation: It.
            framework: Under which; "" or one that is not there leaves it its own, or the company's if that is gone.
        """
        own = self.frameworks.get(conversation.framework) or self.frameworks[self.company.framework]
        home = self.home_currencies.get(conversation.language, "")
        return weighed(conversation, self.frameworks.get(framework, own), self.company, home)

    def hands_over(self, found: Assessment) -> bool:
        """Whether sales would hear of a lead that is worth so much."""
        if "wants_human" in found.flag_names:
            return True
        return found.stage in QUALIFIED and (self.company.handoff_at != "hot" or found.temperature is Temperature.HOT)


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
