"""Does everything add up, from the first referral to the last event?

Figures are what services count themselves; a recount is made of lists and single cases, one by one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from deploy.demo.scenario.managers import ENQUIRIES
from deploy.demo.screen import Line

Figures = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """All that was counted at one time."""

    acts: Mapping[str, int]
    """What was sent and answered with a yes, by kind."""

    adults: int
    """Of the referrals, as the receipts name them."""

    refused: int
    intake: Figures
    triage: Figures
    enquiry: Figures
    dols: Figures
    referrals_listed: int
    requests_listed: int
    """Rows of the partners' own lists."""

    concerns_queued: int
    """Rows of the queue that nobody decided."""

    requests_queued: int
    enquiries: int
    """Those that are there, looked for one by one."""

    enquiries_overdue: int
    """Of those: what each says of itself."""

    enquiries_told_more: int
    enquiries_in_doubt: int
    escalations_listed: int
    """Rows of the list of the Board's partner lead."""

    events: Mapping[str, int] = field(default_factory=Counter)
    """Rows of the partners' feeds, by type."""

    hooked: Mapping[str, Set[str]] = field(default_factory=dict)
    """Ids in the feeds of partners whose receivers are sent events, by partner."""

    brought: Mapping[str, Set[str]] = field(default_factory=dict)
    """Ids that came to those receivers, each verified, however often it came."""

    forged: int = 0
    """Of what came: what could not be verified."""

    blocked: int = 0
    """Cases whose messages wait for a person, in all services."""

    others_may: bool = False
    """The account balanced once already; since then anybody may have sent more."""


def balance(it: Counted) -> Sequence[Line]:
    """Give every line of the account."""
    return (
        *_referrals(it),
        *_concerns(it),
        *_enquiries(it),
        *_requests(it),
        *_events(it),
        *_webhooks(it),
        *_nothing(it),
    )


def _same(says: str, left: int, right: int) -> Line:
    return Line(says, left, right, left == right)


def _sent(it: Counted, says: str, left: int, right: int) -> Line:
    return Line(says, left, right, left == right or (it.others_may and left < right))


def _referrals(it: Counted) -> Sequence[Line]:
    intake, acts = it.intake, it.acts
    on = intake["promoted"] + intake["held"] + intake["redirected"]
    return (
        _sent(it, "referrals sent = kept", acts.get("referral", 0), intake["referrals"]),
        _sent(it, "adults in receipts = kept", it.adults, intake["adults"]),
        _sent(it, "referrals amended = kept so", acts.get("amendment", 0), intake["amended"]),
        _sent(it, "referrals withdrawn = kept so", acts.get("withdrawal", 0), intake["withdrawn"]),
        _same("referrals = rows in senders' lists", intake["referrals"], it.referrals_listed),
        _same("adults = promoted + held + redirected", intake["adults"], on),
    )


def _concerns(it: Counted) -> Sequence[Line]:
    triage, outcomes = it.triage, it.triage["by_outcome"]
    opening = sum(outcomes.get(outcome, 0) for outcome in ENQUIRIES)
    return (
        _same("promoted = concerns", it.intake["promoted"], triage["concerns"]),
        _same("concerns = scored", triage["concerns"], triage["scored"]),
        _same("concerns = waiting + decided", triage["concerns"],
              triage["waiting"] + triage["decided"]),
        _same("waiting = rows in the queue", triage["waiting"], it.concerns_queued),
        _sent(it, "decisions sent = decided", it.acts.get("decision", 0), triage["decided"]),
        _same("decided = sum of the outcomes", triage["decided"], sum(outcomes.values())),
        _same("decided, as their senders' status says", triage["decided"], it.intake["decided"]),
        _same("decided with enquiry = enquiries opened", opening, it.enquiries),
    )  # fmt: skip


def _enquiries(it: Counted) -> Sequence[Line]:
    figures = it.enquiry
    return (
        _same("enquiries, as counted = found one by one", figures["enquiries"], it.enquiries),
        _same("enquiries overdue = as each says", figures["overdue"], it.enquiries_overdue),
        _same("told more of, not considered = as each says", figures["told_more"],
              it.enquiries_told_more),
        _same("conclusions in doubt = as each says", figures["in_doubt"], it.enquiries_in_doubt),
        _same("for the Board to note = rows in its lead's list", figures["to_be_noted"],
              it.escalations_listed),
    )  # fmt: skip


def _requests(it: Counted) -> Sequence[Line]:
    dols = it.dols
    ended = dols["granted"] + sum(dols["not_granted_by_reason"].values())
    signed = it.acts.get("dols-decision", 0)
    return (
        _sent(it, "DoLS requests sent = kept", it.acts.get("dols-request", 0), dols["received"]),
        _same("requests = rows in senders' lists", dols["received"], it.requests_listed),
        _same("requests = waiting + decided", dols["received"], dols["waiting"] + dols["decided"]),
        _same("waiting = rows in the DoLS queue", dols["waiting"], it.requests_queued),
        _sent(it, "signed = decided", signed, dols["decided"]),
        _same("decided = granted + not granted, by reason", dols["decided"], ended),
        _same("received = from hospitals + care homes", dols["received"],
              sum(dols["received_by_setting"].values())),
    )  # fmt: skip


def owed(it: Counted) -> Mapping[str, int]:
    """Give how many events of each type partners are owed, as the other services' figures say."""
    dols = it.dols
    return {
        "referral.received": it.intake["referrals"],
        "concern.recognised": it.triage["concerns"],
        "decision.made": it.triage["decided"],
        "enquiry.opened": it.enquiries,
        "dols.received": dols["received"],
        "dols.granted": dols["granted"],
        "dols.not-granted": dols["decided"] - dols["granted"],
    }


def _events(it: Counted) -> Sequence[Line]:
    return [
        _same(f"{type_}: owed = told in feeds", count, it.events.get(type_, 0))
        for type_, count in owed(it).items()
    ]


def _webhooks(it: Counted) -> Sequence[Line]:
    return (
        *(_received(it, partner) for partner in it.hooked),
        _same("webhooks with a wrong signature", it.forged, 0),
    )


def _received(it: Counted, partner: str) -> Line:
    """Compare the events themselves, not only how many they are."""
    told, came = it.hooked[partner], it.brought.get(partner, frozenset())
    agrees = told == came or (it.others_may and told < came)
    return Line(
        f"{partner}: events in the feed = received by webhook", len(told), len(came), agrees
    )


def _nothing(it: Counted) -> Sequence[Line]:
    return (_same("refused", it.refused, 0), _same("blocked cases", it.blocked, 0))
