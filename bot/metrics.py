"""Figures for Prometheus; labels are names of ours, never anything of a visitor."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(slots=True)
class Metrics:
    """One registry a server, so that two servers in one process do not meet."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    turns: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    failures: Counter = field(init=False)
    streams: Gauge = field(init=False)
    outbox: Gauge = field(init=False)
    leads: Gauge = field(init=False)
    part_failures: Counter = field(init=False)
    refused_events: Counter = field(init=False)

    def __post_init__(self) -> None:
        shelf = self.registry
        self.turns = Counter("banter_turns_total", "Committed turns", ["channel", "kind"], registry=shelf)
        self.seconds = Histogram(
            "banter_turn_seconds", "A turn, received to committed", registry=shelf, buckets=_BUCKETS
        )
        self.failures = Counter(
            "banter_turn_failures_total", "Turns that could not be stored", ["error"], registry=shelf
        )
        self.streams = Gauge("banter_streams", "Open widget streams", registry=shelf)
        self.outbox = Gauge("banter_outbox", "Outbox rows by state (sent ones left out)", ["state"], registry=shelf)
        self.leads = Gauge("banter_leads", "Leads by stage", ["stage"], registry=shelf)
        self.part_failures = Counter(
            "banter_part_failures_total",
            "Times a background part failed and was started again",
            ["part"],
            registry=shelf,
        )

        self.refused_events = Counter(
            "banter_events_refused_total", "Events of other systems that were not taken", ["reason"], registry=shelf
        )

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
