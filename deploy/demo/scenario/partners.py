"""What do partners do at a time: send what is due, and read what they are told?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deploy.demo.scenario.arrivals import Arrival, Kind, arrivals
from deploy.demo.scenario.town import Act, Town

REFERRALS, REQUESTS = "/v1/referrals", "/v1/dols-requests"
BEGINNINGS: Mapping[Kind, tuple[str, str]] = {
    "referral": ("intake", REFERRALS), "dols-request": ("dols", REQUESTS),
}  # fmt: skip
LATER: Mapping[Kind, tuple[str, str, str]] = {
    "amendment": ("intake", REFERRALS, "amendments"),
    "withdrawal": ("intake", REFERRALS, "withdrawal"),
    "circumstances": ("dols", REQUESTS, "circumstances"),
    "taken-back": ("dols", REQUESTS, "withdrawal"),
}
READERS = ("rosewood-house", "royal-trent-hospital", "mercia-police")
"""Those whose systems ask each evening what happened to their cases."""


@dataclass
class Partners:
    """All who send, and how far what they send was sent."""

    town: Town
    coming: Sequence[Arrival] = field(init=False)
    sent: int = 0
    cursors: dict[str, str] = field(default_factory=dict)
    read: int = 0

    def __post_init__(self) -> None:
        self.coming = arrivals(self.town.seed, self.town.plan)

    async def send(self, due: Sequence[Arrival]) -> int:
        """Send what is due; count it. What is added waits for what it is added to."""
        first = [first_of(it) for it in due if it.kind in BEGINNINGS]
        done = await self.town.perform(first)
        found = [await self._more(it) for it in due if it.kind in LATER]
        return done + await self.town.perform([act for act in found if act])

    def due(self, now: datetime) -> Sequence[Arrival]:
        """Give what is due by `now` and was not given before."""
        start = self.sent
        while self.sent < len(self.coming) and self.coming[self.sent].at <= now:
            self.sent += 1
        return self.coming[start : self.sent]

    async def _more(self, it: Arrival) -> Act | None:
        """Give what is told later, if there is still something to tell it of."""
        kept = self.town.ledger.yes.get(it.of or "")
        if kept is None or it.key in self.town.ledger.yes:
            return None
        service, path, action = LATER[it.kind]
        where = f"{path}/{kept['id']}"
        answer = await self.town.door.read(service, where, it.partner)
        if service == "dols" and answer.json()["decision"]:
            return None
        etag = answer.headers["etag"] if action == "withdrawal" else None
        return Act(
            did=it.kind, who=it.partner, case=str(kept["id"]), service=service,
            path=f"{where}/{action}", body=it.body, key=it.key, etag=etag,
        )  # fmt: skip

    async def hear(self) -> None:
        """Read what is new in the feeds of those who read them."""
        for partner in READERS:
            after = self.cursors.get(partner)
            asked = f"/v1/events?limit=200{f'&after={after}' if after else ''}"
            page = await self.town.read("notify", asked, partner)
            self.read += len(page["items"])
            self.cursors |= {partner: page["next"]} if page["next"] else {}


def first_of(it: Arrival) -> Act:
    """Give the act that begins a case."""
    service, path = BEGINNINGS[it.kind]
    return Act(
        did=it.kind, who=it.partner, case=it.key, service=service, path=path, body=it.body,
        key=it.key, about={"partner": it.partner},
    )  # fmt: skip
