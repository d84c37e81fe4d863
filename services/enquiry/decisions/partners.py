"""Which partners may be asked to make enquiries for us?

One stream holds the list. A partner is told by an id that is made from the name in their token, so
a slip in a name would reach nobody: a manager lists each partner once, and enquiries name those
that are listed. What kind of body a partner is says the list too, and nobody in a hurry.

Law: Care Act 2014 s42(2), "or cause to be made"; on the list, none: a local rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.enquiry.decisions.commands import CodeUnknown
from services.enquiry.events import PartnerFact, PartnerListed, PartnerUnlisted
from services.enquiry.rules import codes
from shared.decider import Decider
from shared.facts import Act, Code, party
from shared.refusals import NotFound


@dataclass(frozen=True, kw_only=True)
class ListPartner:
    """Let a partner be asked; or put right what the list says of them."""

    listed: PartnerListed


@dataclass(frozen=True, kw_only=True)
class UnlistPartner:
    """Let a partner be asked no more."""

    partner: str


Partners = Mapping[str, PartnerListed]


def kind_of(state: Partners | None, partner: str, said: Code | None) -> Code | None:
    """Give the kind that the list has of `partner`; None where it has none, or not the one said."""
    listed = (state or {}).get(partner)
    return listed.partner_kind if listed and said in {None, listed.partner_kind} else None


def decide(
    command: ListPartner | UnlistPartner, state: Partners | None, _act: Act
) -> Sequence[PartnerFact]:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    known = state or {}
    match command:
        case ListPartner(listed=listed):
            if listed.partner_kind not in codes.PARTNERS:
                raise CodeUnknown
            return () if known.get(listed.partner) == listed else (listed,)
        case UnlistPartner(partner=partner):
            if partner not in known:
                raise NotFound
            return (PartnerUnlisted(partner=partner),)


def evolve(state: Partners | None, happened: PartnerFact, _act: Act) -> Partners:
    """Give the list after `happened`. Never refuses: facts are facts."""
    others = {name: it for name, it in (state or {}).items() if name != happened.partner}
    match happened:
        case PartnerListed():
            return {**others, happened.partner: happened}
        case PartnerUnlisted():
            return others


partners = Decider(kind="partners", facts=PartnerFact, decide=decide, evolve=evolve)
LIST = partners.stream(party("partners"))
"""There is one list in a council."""
