"""Whether a company profile can be worked with: its names meet, its figures stand in order."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from functools import lru_cache

import phonenumbers
from babel import Locale

from dialogs.check.places import MOST, Faults, Lines, beyond, nearest
from dialogs.errors import ContentError
from dialogs.facts import INDUSTRIES, NEED_CATEGORIES
from dialogs.wording import Wording
from scoring.company import Company
from scoring.values import RoleLevel

_TOKENS = frozenset({"USDT", "USDC"})  # money that has no ISO code and is offered all the same
MQL_RULES = ("core", "any_two", "score")
LENT = "rental"  # the service whose wish is read from need.rental, whatever is to be rented
_DEAREST = 10**12  # for an hour, or of one currency in another: the dearest coin in the cheapest money is 10**9
_MOST_PEOPLE = 10**9  # one may write so for "no limit"
_SIGNAL = re.compile(r"[a-z0-9_]{1,64}")  # what conditions, links and pages can name
_WRITTEN = ("https://", "http://", "mailto:", "tel:")

Wrong = Iterator[tuple[str, str, str]]  # key, problem, mend


def prove_company(
    company: Company,
    file: str,
    wordings: Mapping[str, Wording],
    lines: Lines,
    *,
    zones: Collection[str],
    frameworks: Collection[str],
) -> tuple[ContentError, ...]:
    """
    Every problem of a company profile.

    Args:
        company: As read from the file.
        file: Its name, for messages.
        wordings: Languages there are texts for.
        lines: The line of a dotted key.
        zones: Names of all time zones; empty when they cannot be known.
        frameworks: Names of the frameworks it may choose.
    """
    faults = Faults(file, lines)
    for wrong in (
        _in_services(company),
        _in_money(company),
        _in_hours(company, zones),
        _in_languages(company, wordings),
        _in_rules(company, frameworks),
        _in_signs(company),
        _in_links(company),
    ):
        for key, problem, mend in wrong:
            faults.add(key, problem, mend)
    return faults.found


def _in_services(company: Company) -> Wrong:
    if not any(service.served for service in company.services.values()):
        yield "services", "no service is served: everybody would be turned away", "add one"
    for name, service in company.services.items():
        if service.card and service.card not in company.card.projects:
            problem = f"the rate card has no project {service.card}"
            yield f"services.{name}.card", problem, nearest(service.card, company.card.projects)
        if name not in NEED_CATEGORIES | {LENT} and not any(service.keywords.values()):
            problem = "nothing a visitor writes would be taken for it"
            yield f"services.{name}", problem, f"give it keywords; or {nearest(name, NEED_CATEGORIES)}"


def _in_money(company: Company) -> Wrong:
    card, table = company.card, company.rates.table
    known = _currencies()
    if card.currency not in known:
        yield "rate_card.currency", f"there is no currency {card.currency}", "write its ISO code, such as EUR"
    elif table and card.currency not in table:
        yield "rates.table", f"the card's own currency {card.currency} is missing", f"add `{card.currency}: 1`"
    for name, rate in table.items():
        if name not in known:
            yield f"rates.table.{name}", f"there is no currency {name}", "write its ISO code, such as EUR"
        if rate <= 0:
            yield f"rates.table.{name}", f"expected more than 0, found {rate}", "write what one unit is worth"
        elif not 1 / _DEAREST <= rate <= _DEAREST:
            problem = f"expected {1 / _DEAREST:g} to {_DEAREST:g}, found {rate:g}"
            yield f"rates.table.{name}", problem, "write what one unit is worth"
    if card.rate <= 0:
        yield "rate_card.rate", f"expected more than 0 an hour, found {card.rate}", "write the price of an hour"
    elif problem := beyond(card.rate, 0, _DEAREST):
        yield "rate_card.rate", problem, "write the price of an hour"
    if not _is_day(company.rates.as_of):
        yield "rates.as_of", f"expected a day, found {company.rates.as_of!r}", 'write it as "2026-10-01"'


def _in_hours(company: Company, zones: Collection[str]) -> Wrong:
    hours = company.hours
    if zones and hours.zone not in zones:
        yield "hours.zone", f"there is no time zone {hours.zone}", nearest(hours.zone, zones)
    if not 0 <= hours.opens < hours.closes <= 24:
        problem = f"expected opens before closes, 0 to 24, found {hours.opens} and {hours.closes}"
        yield "hours.opens", problem, "write whole hours of one day"
    if not hours.days or any(not 1 <= day <= 7 for day in hours.days):
        yield "hours.days", f"expected days 1 to 7, found {list(hours.days)}", "Monday is 1, Sunday is 7"


def _in_languages(company: Company, wordings: Mapping[str, Wording]) -> Wrong:
    if not company.languages:
        yield "languages", "no language is named", "name one the bot speaks: " + ", ".join(sorted(wordings))
    for at, language in enumerate(company.languages):
        if language not in wordings:
            yield f"languages.{at}", f"there are no texts in {language}", nearest(language, wordings)
    if company.sales_language not in wordings:
        problem = f"there are no texts in {company.sales_language}"
        yield "sales_language", problem, nearest(company.sales_language, wordings)


def _in_rules(company: Company, frameworks: Collection[str]) -> Wrong:
    if company.framework not in frameworks:
        yield "framework", f"there is no framework {company.framework}", nearest(company.framework, frameworks)
    for at, run in enumerate(company.runs):
        if run.framework not in frameworks:
            problem = f"there is no framework {run.framework}"
            yield f"runs.{at}.framework", problem, nearest(run.framework, frameworks)
        if not run.page and not run.source:
            yield f"runs.{at}", "fits everybody, so what follows is never looked at", "name a page or a source"
        if run.page and not run.page.startswith(("/", "*")):
            yield f"runs.{at}.page", f"expected a path, found {run.page!r}", 'write it from the root: "/enterprise/*"'
    if company.mql_rule not in MQL_RULES:
        yield "mql_rule", f"expected core, any_two or score, found {company.mql_rule}", "write one of the three"
    if company.handoff_at not in ("mql", "hot"):
        yield "handoff_at", f"expected mql or hot, found {company.handoff_at}", "write one of the two"
    if not 0 < company.warm < company.hot <= 1:
        problem = f"expected 0 < warm < hot <= 1, found warm {company.warm:g} and hot {company.hot:g}"
        yield "hot", problem, "write shares of the maximum, such as 0.40 and 0.75"
    for key, value, least in (
        ("max_questions", company.max_questions, 1),
        ("mql_others", company.mql_others, 0),
        ("sla_minutes", company.sla_minutes, 1),
        ("half_life_days", company.half_life_days, 0),
    ):
        if problem := beyond(value, least, MOST):
            yield key, problem, "raise it" if value < least else "lower it"


def _in_signs(company: Company) -> Wrong:
    for name, points in company.signals.items():
        key = f"signals.{name}"
        if not _SIGNAL.fullmatch(name):
            problem = f"expected a name of 1 to 64 small letters, figures and _, found {name[:80]!r}"
            near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:64]
            yield key, problem, f"call it {near or 'as product_page_viewed is called'}"
        if problem := beyond(points, -MOST, MOST):
            yield key, problem, "write the points of one event"
    for name, most in company.caps.items():
        weight = abs(company.signals[name])
        if most > MOST:
            yield f"signals.{name}.at_most", beyond(most, weight, MOST), "lower it, or leave it out: no limit"
        elif most < weight <= MOST:
            problem = f"expected at least the {weight} of one event, found {most}"
            yield f"signals.{name}.at_most", problem, "raise it, or lower points"
    low, high = company.icp.employees_low, company.icp.employees_high
    if not 0 <= low <= high <= _MOST_PEOPLE:
        problem = (
            beyond(max(low, high), 0, _MOST_PEOPLE) or f"expected 0 or more, low before high, found {low} and {high}"
        )
        yield "icp.employees", problem, "write it as [10, 500]"
    for at, industry in enumerate(company.icp.industries):
        if industry not in INDUSTRIES:
            yield f"icp.industries.{at}", f"nothing tells of {industry}", nearest(industry, sorted(INDUSTRIES))
    for at, country in enumerate(company.icp.countries):
        if country not in phonenumbers.SUPPORTED_REGIONS:
            yield f"icp.countries.{at}", f"there is no country {country}", "write it as two letters, PL"
    levels = [level.value for level in RoleLevel if level is not RoleLevel.NONE]
    for at, role in enumerate(company.icp.roles):
        if role not in levels:
            yield f"icp.roles.{at}", f"there is no level {role}", nearest(role, levels)


def _in_links(company: Company) -> Wrong:
    for name, link in company.links.items():
        if not link.startswith(_WRITTEN):
            yield f"links.{name}", f"expected an address, found {link!r}", "begin it with https://"


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies) | _TOKENS


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
