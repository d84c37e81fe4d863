"""Which place is a request of, and who runs it?

Law: SI 2008/1858 reg 12 (who is independent of a place that the council runs).
"""

from collections.abc import Sequence

from services.dols import events
from services.dols.decisions import commands as want
from services.dols.decisions import refusals
from services.dols.decisions.evolving import evolve
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from shared.facts import Act

Facts = Sequence[RequestFact]


def placed(command: want.TellCircumstances, state: Request, act: Act) -> Facts:
    """Record what was told of the place; of who is gone it may be where they went, and is none."""
    moved = list[RequestFact]()
    if command.location and command.location != state.place.location and not state.gone_at:
        moved.append(events.LocationTold(location=command.location))
        state = evolve(state, moved[0], act)
    # A no undoes no yes by itself: who has to be independent of it would decide that (reg 12).
    yes = state.place.run_by_council == "yes"
    return moved if yes else (*moved, *described(command.run_by_council, state))


def mistaken(command: want.FindLocationMistaken, state: Request, act: Act) -> Facts:
    """Let an earlier place bar nobody any more: found since another was told, and not before."""
    place, location = state.place, command.location
    if place.moved_at is None or act.effective_at < place.moved_at or location not in place.before:
        raise refusals.LocationNotToldBefore
    return (events.LocationMistaken(location=location, reasons=command.reasons),)


def found(said: events.Tri, state: Request, act: Act) -> Facts:
    """Record what a coordinator found of who runs the place: this one, and not one before it."""
    moved_at = state.place.moved_at
    if moved_at and act.effective_at < moved_at:
        raise refusals.PlaceToldSince
    return described(said, state)


def described(said: events.Tri, state: Request) -> Facts:
    """Record whether the council runs the place, where that is news."""
    if said in {"unknown", state.place.run_by_council}:
        return ()
    return (events.PlaceDescribed(run_by_council=said),)
