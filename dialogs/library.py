"""Everything the core reads besides the conversation: frameworks, languages, the company. Built once, never changed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from dialogs.faq import Faq
from dialogs.framework import Framework
from dialogs.reading.hear import Ears
from dialogs.wording import Wording
from scoring.company import Company


@dataclass(frozen=True, slots=True)
class MailDomains:
    """Domains that say what kind of address an e-mail is."""

    free: frozenset[str] = frozenset()
    disposable: frozenset[str] = frozenset()

    def kind(self, address: str) -> str:
        """corporate, free, disposable, or role for addresses such as info@ that belong to nobody."""
        local, _, domain = address.lower().rpartition("@")
        if domain in self.disposable:
            return "disposable"
        if domain in self.free:
            return "free"
        return "role" if local in _ROLE_LOCALS else "corporate"


_PATH = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#]*", re.IGNORECASE)  # what stands before the path of an address
_ROLE_LOCALS = frozenset(
    {"info", "office", "sales", "contact", "hello", "mail", "admin", "support", "biuro", "kontakt"}
)


@dataclass(frozen=True, slots=True)
class Library:
    """The content of one workspace."""

    company: Company
    frameworks: Mapping[str, Framework]
    wordings: Mapping[str, Wording]  # by language
    ears: Ears = field(repr=False)  # thousands of compiled words
    version: str  # hash of all content, stored with every turn
    mail: MailDomains = MailDomains()
    brands: Mapping[str, str] = field(default_factory=dict)  # tech id -> how its owner writes it
    symbols: Mapping[str, str] = field(default_factory=dict)  # currency -> sign, where CLDR's own is a bare code
    home_currencies: Mapping[str, str] = field(default_factory=dict)  # language -> what a bare sum is taken for
    doubtful_currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # language -> what it may be too
    faq: Faq = field(default_factory=Faq, repr=False)
    languages: Mapping[str, str] = field(default_factory=dict)  # language -> its own name
    house: dict[str, Mapping[str, object]] = field(default_factory=dict, init=False, repr=False, compare=False)
    # language -> what texts may say of the company, worked out when first needed

    def wording(self, language: str) -> Wording:
        """The texts of a language, or of the company's first one."""
        return self.wordings.get(language) or self.wordings[self.company.languages[0]]

    def framework_for(self, page: str, source: str) -> str:
        """The name of the framework that asks somebody who comes from this page, by this campaign."""
        path = _PATH.sub("", page).partition("?")[0].partition("#")[0] or "/"
        for run in self.company.runs:
            if all(not like or fnmatchcase(found, like) for found, like in ((path, run.page), (source, run.source))):
                return run.framework
        return self.company.framework

    def framework(self, name: str) -> Framework:
        """The framework, or the company's own default when a stored name is gone."""
        return self.frameworks.get(name) or self.frameworks[self.company.framework]
