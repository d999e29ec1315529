"""What may be known about a lead: the keys readers can fill, the values that can occur, the flags that can stand."""

from collections.abc import Mapping
from types import MappingProxyType

from scoring.values import FactValue, RoleLevel, Urgency

# Keys that dialogs/hearing.py fills from what a visitor writes, sends or does, whichever question was asked.
READ_BY_EARS: frozenset[str] = frozenset(
    {
        "need.category",
        "need.stack",
        "need.purpose",
        "need.scope",
        "need.scale",
        "need.rental",
        "need.exclusive_stack",
        "need.feature",
        "need.detail",
        "budget.amount",
        "budget.currency",
        "budget.rate",
        "budget.status",
        "budget.reaction",
        "budget.intent",
        "spec.has",
        "spec.file",
        "authority.role",
        "authority.decides",
        "authority.current",
        "authority.person",
        "timing.deadline",
        "timing.urgency",
        "timing.reason",
        "people.count",
        "contact.email",
        "contact.email_kind",
        "contact.phone",
        "contact.telegram",
        "contact.name",
        "company.name",
        "company.site",
        "company.industry",
        "company.country",
        "vendor.chosen",
        "pain.says",
        "plans.experience",
        "priority.place",
        "purchase.stage",
        "product.model",
        "dialog.wants_human",
        "dialog.question",
        "dialog.faq",
        "dialog.contradiction",
    }
)

# Keys that weighing or sales read whatever the framework: asking for them is never in vain.
READ_ALWAYS: frozenset[str] = frozenset(
    {
        "need.category",
        "need.stack",
        "need.exclusive_stack",
        "need.scope",
        "need.scale",
        "need.rental",
        "need.feature",
        "spec.has",
        "spec.file",
        "budget.amount",
        "budget.currency",
        "authority.current",
        "timing.deadline",
        "people.count",
        "contact.email",
        "contact.email_kind",
        "contact.phone",
        "contact.telegram",
        "contact.name",
        "company.name",
        "company.site",
        "company.industry",
        "company.country",
    }
)

# The categories the needs reader knows; a workspace may add services with words of their own.
NEED_CATEGORIES: frozenset[str] = frozenset(
    {
        "crm",
        "website",
        "ecommerce",
        "mobile_app",
        "automation",
        "ai_chatbot",
        "integration",
        "data_analytics",
        "devops_cloud",
        "support_maintenance",
        "erp",
        "design_ux",
        "marketing_seo",
        "security",
        "staff_augmentation",
        "custom_software",
        "other",
    }
)

# What the lexicons of all languages know a firm by; `icp.industries` names those that are wanted.
INDUSTRIES: frozenset[str] = frozenset(
    {
        "retail",
        "logistics",
        "manufacturing",
        "finance",
        "education",
        "health",
        "hospitality",
        "construction",
        "beauty",
        "agriculture",
        "it",
        "food",
    }
)

WINDOWS: frozenset[str] = frozenset({"timing.deadline"})  # keys that hold a window of days
SUMS: frozenset[str] = frozenset({"budget.amount", "budget.rate"})  # keys that hold a sum of money
COUNTS: frozenset[str] = frozenset({"people.count"})  # keys that hold a number of people

_YES_NO: frozenset[FactValue] = frozenset({"yes", "no"})

# Values that can stand under a key; a key that is not here takes free words.
VALUES: Mapping[str, frozenset[FactValue]] = MappingProxyType(
    {
        "need.category": frozenset(NEED_CATEGORIES),
        "company.industry": frozenset(INDUSTRIES),
        "need.purpose": frozenset({"sales", "support", "reporting", "operations", "growth", "customers"}),
        "need.scope": frozenset({"clear", "unclear"}),
        "need.scale": frozenset({"planet"}),
        "need.rental": _YES_NO,
        "need.exclusive_stack": _YES_NO,
        "budget.status": frozenset({"allocated", "to_form", "none", "spent"}),
        "budget.reaction": frozenset({"fine", "less", "too_much"}),
        "budget.intent": frozenset({"ordering"}),
        "spec.has": frozenset({"yes", "no", "partly"}),
        "authority.role": frozenset(str(role.value) for role in RoleLevel if role is not RoleLevel.NONE),
        "authority.decides": frozenset({True, False}),
        "authority.current": _YES_NO,
        "timing.urgency": frozenset(str(urgency.value) for urgency in Urgency),
        "contact.email_kind": frozenset({"corporate", "free", "disposable", "role"}),
        "vendor.chosen": frozenset({"us", "comparing"}),
        "pain.says": frozenset({"yes"}),
        "plans.experience": frozenset({"none", "spreadsheets", "some", "yes"}),
        "priority.place": frozenset({"first", "among", "later"}),
        "purchase.stage": frozenset({"ready", "details", "choosing"}),
        "dialog.wants_human": frozenset({True}),
        "dialog.contradiction": frozenset({True}),
    }
)

# Flags the assessment raises, and the facts each rests on (all of them known; () where one of several will do).
FLAGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "timing_tight": ("timing.deadline",),
        "timing_implausible": ("timing.deadline",),
        "timing_impossible": ("timing.deadline",),
        "budget_tight": ("budget.amount",),
        "budget_implausible": ("budget.amount",),
        "budget_impossible": ("budget.amount",),
        "budget_below_estimate": ("budget.amount",),
        "budget_unjudged": ("budget.amount",),
        "stack_mismatch": ("need.stack", "need.exclusive_stack"),
        "not_served": (),
        "contradiction": ("dialog.contradiction",),
        "wants_human": ("dialog.wants_human",),
        "role_outdated": ("authority.current",),
    }
)

# Flags that only the conditions of a tree can see: dialogs/tree.py raises them.
TREE_FLAGS: Mapping[str, tuple[str, ...]] = MappingProxyType({"estimated": (), "stack_declined": ("need.stack",)})

# Of the flags in one group no two can stand together.
EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset({"timing_tight", "timing_implausible", "timing_impossible"}),
    frozenset({"budget_tight", "budget_implausible", "budget_impossible"}),
)
