"""What does one message of each type look like, every member of it filled, and its record?"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from shared.bus.message import Speaker, record_of
from shared.bus.port import Record
from shared.contracts import intake
from shared.facts import Act, Recorded
from shared.shapes import adapter
from tests.architecture.spoken import Version, services
from tests.kernel.golden.samples import AT, NAMES, samples

AUTHORITY = "E06000015"
ACT = Act(
    id=uuid5(NAMES, "act"), actor="sam.okafor", role="screener", purpose="safeguarding",
    effective_at=AT, correlation=uuid5(NAMES, "correlation"), causation=uuid5(NAMES, "cause"),
)  # fmt: skip
STREAMS = {"intake": "referral", "triage": "concern", "enquiry": "enquiry", "dols": "request",
           "notify": "contribution"}  # fmt: skip
CASE = UUID("5afe6a4d-0000-4000-8000-000000000001")


def messages() -> Mapping[str, Any]:
    """Give what `published` makes of the fullest fact of each type, by its stored name."""
    spoken = (it.publish for it in services().values())
    facts = {name: fact for name, fact in samples().items() if not name.startswith("log.")}
    told: list[Any] = [
        publish(fact, ACT)
        for context, publish in zip(services(), spoken, strict=True)
        for name, fact in facts.items()
        if Version.of(name).context == context
    ]
    found: dict[str, Any] = {it.stored_as: it for it in told if it is not None}
    answers, added = found["intake.contact-promoted/1"].answers, "intake.information-received/1"
    # What no fact leads to any more: topics hold it all the same.
    earlier: Any = intake.ReferralReceived1(adults=2, immediate_danger=True)
    return found | {added: replace(found[added], answers=answers), earlier.stored_as: earlier}


def record(message: Any) -> Record:
    """Give the record that tells `message`, as a relay makes it."""
    name = Version.of(message.stored_as)
    happened = Recorded(
        fact=message, act=ACT, recorded_at=AT, case=CASE, stream=f"{STREAMS[name.context]}-{CASE}",
        version=3, said=2, position=1204, ordinal=0, hash=sha256(name.name.encode()).digest(),
    )  # fmt: skip
    value = adapter(type(message)).dump_json(message)
    return record_of(happened, message, value, Speaker(AUTHORITY, name.context))
