"""What does a service say about itself, and never about a person?

Log lines are JSON, and only members of the list below are written: what is not listed is dropped,
so no name, number or narrative can reach a log by mistake.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from prometheus_client import Counter, Gauge, Histogram

ALLOWED = frozenset({
    "at", "level", "event", "service", "correlation", "method", "route", "status", "milliseconds",
    "error", "place", "position", "topic", "part", "offset", "case", "stream", "type", "reason",
    "projection", "rows", "lag", "seconds", "sqlstate", "attempt", "signal", "port", "caller",
})  # fmt: skip

REQUESTS = Histogram(
    "safeguarding_request_seconds", "Seconds a request took",
    ["service", "route", "method", "status"],
)  # fmt: skip
APPENDED = Counter("safeguarding_facts_appended_total", "Facts recorded", ["service"])
RELAY_LAG = Gauge("safeguarding_relay_lag_positions", "Positions not yet relayed", ["service"])
CONSUMER_LAG = Gauge("safeguarding_consumer_lag_records", "Records not yet heard", ["service"])
TAKEN = Counter("safeguarding_records_taken_total", "Records taken from the bus", ["service"])
PROJECTION_LAG = Gauge(
    "safeguarding_projection_lag_positions", "Positions not yet folded", ["service", "projection"]
)
BLOCKED = Gauge("safeguarding_blocked_cases", "Cases blocked until a person acts", ["service"])
GAPS = Gauge("safeguarding_streams_with_gap", "Streams of which a message is missing", ["service"])
BLOCKED_AGE = Gauge("safeguarding_blocked_oldest_seconds", "Age of the oldest block", ["service"])
GAP_AGE = Gauge("safeguarding_gap_oldest_seconds", "Age of the oldest gap", ["service"])
CAN_APPEND = Gauge("safeguarding_can_append", "1: log and vault answer", ["service"])
FAILURES = Counter(
    "safeguarding_loop_failures_total", "Times a loop failed", ["service", "loop", "error"]
)
GROUP_SIZE = Histogram(
    "safeguarding_append_group_size", "Appends that went in one commit", ["service"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)  # fmt: skip
APPEND_SECONDS = Histogram(
    "safeguarding_append_seconds", "Seconds from asking the log to its commit", ["service"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip

PASSED = "safeguarding_deadlines_passed_total"
DEADLINES = Counter(PASSED, "Deadlines that passed unmet", ["service", "kind", "when"])
TIMERS_DUE = Gauge("safeguarding_timers_due", "Deadlines that passed and are not kept", ["service"])
TIMERS_HELD = Gauge("safeguarding_timers_held", "1: the clock leapt, so nothing fires", ["service"])

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def failed(loop: str, error: Exception) -> None:
    """Count that a loop of this process's service failed; it begins anew."""
    service = structlog.contextvars.get_contextvars().get("service", "")
    FAILURES.labels(service, loop, type(error).__name__).inc()


def only_what_is_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop each member that is not on the list, and give an error's kind in place of its text."""
    error = event.pop("exc_info", None)
    kept = {name: value for name, value in event.items() if name in ALLOWED}
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        kept |= {"error": type(error).__name__, "place": _place(error)}
    return kept


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


class _Bridge(logging.Handler):
    """Pass lines of libraries on by logger and level alone: their texts may quote a value."""

    def emit(self, record: logging.LogRecord) -> None:
        say = log.error if record.levelno >= logging.ERROR else log.warning
        say("library", place=record.name, exc_info=record.exc_info[1] if record.exc_info else None)


def configure(service: str) -> None:
    """Write JSON lines to standard output, in the name of `service`."""
    structlog.configure(
        cache_logger_on_first_use=True, processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            only_what_is_allowed, structlog.processors.JSONRenderer(orjson.dumps, default=str),
        ],
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
    )  # fmt: skip
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(handlers=[_Bridge()], level=logging.WARNING, force=True)
