"""How do Derby's nine months go through the API, and does everything add up afterwards?"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console, RenderableType

from deploy.demo import screen, staff
from deploy.demo.calls import Door, client
from deploy.demo.council import Posting, postings
from deploy.demo.homes import PARTNERS
from deploy.demo.receipts import Receipts
from deploy.demo.staff import STAFF

__all__ = ["PARTNERS", "STAFF", "play"]

LANES = 8
STILL = 30.0
"""Seconds without any figure moving, after which the services will not catch up any more."""
POLL = 0.25

Say = Callable[[str], None]


def play(
    access: Mapping[str, Any], *, seed: int, referrals: int, check: bool, say: Say, receipts: Path
) -> bool:
    """Send the referrals, let staff work, show the figures; False where they do not balance.

    Started again on the same installation it goes on where it was stopped. `check` is unattended:
    plain lines even on a terminal. `access.json` lies beside `receipts`.
    """
    console = Console()
    shown = console if console.is_terminal and not check else None
    kept = Receipts(receipts, {"seed": seed, "referrals": referrals})
    try:
        return asyncio.run(_Play(access, seed, referrals, say, shown, kept, receipts.parent).run())
    except httpx.HTTPError as away:
        say(f"The services do not answer, so nothing can be said of the account: {away!r}")
        return False


@dataclass(frozen=True)
class _Play:
    access: Mapping[str, Any]
    seed: int
    referrals: int
    say: Say
    console: Console | None
    receipts: Receipts
    folder: Path

    async def run(self) -> bool:
        async with client() as calling:
            door = Door(self.access, calling)
            self.receipts.begin((await _figures(door))[0])
            if "sent" not in self.receipts.marks:
                await self._send_all(door)
                self.receipts.keep(mark="sent")
            if "worked" not in self.receipts.marks:
                await self._caught_up(door)
                self.say("The council's staff are at work.")
                await staff.work(door, self.receipts, self.seed, self.referrals)
                self.receipts.keep(mark="worked")
            return await self._close(door)

    async def _send_all(self, door: Door) -> None:
        self.say(f"Sending {self.referrals:,} referrals, seed {self.seed}.")
        left = [each for each in enumerate(postings(self.seed, self.referrals)) if self._due(*each)]
        with screen.Meter(len(left), self.console, self.say) as meter:
            queue = iter(left)
            await asyncio.gather(*(self._lane(door, queue, meter) for _ in range(LANES)))

    def _due(self, number: int, posting: Posting) -> bool:
        # Without a key a repeat would be another referral: what was begun is not sent again.
        begun = posting.idempotency_key is None and number in self.receipts.tried
        return number not in self.receipts.sent and not begun

    async def _lane(
        self, door: Door, queue: Iterator[tuple[int, Posting]], meter: screen.Meter
    ) -> None:
        async with client() as calling:
            for number, posting in queue:
                await self._send(door.by(calling), number, posting)
                meter.step()

    async def _send(self, door: Door, number: int, posting: Posting) -> None:
        if posting.idempotency_key is None:
            self.receipts.keep(trying=number)
        answer = await door.send(("intake", "/v1/referrals"), posting.partner, posting.body,
                                 posting.idempotency_key)  # fmt: skip
        if answer is None:
            self.receipts.keep(gave_up=number)
        elif answer.is_success:
            said = answer.json()
            self.receipts.keep(n=number, id=said["id"], reference=said["reference"],
                               partner=posting.partner, adults=len(said["adults"]))  # fmt: skip
        else:
            self.receipts.keep(refused="referral", n=number, status=answer.status_code)

    def _lines(self, intake: screen.Figures, triage: screen.Figures) -> tuple[screen.Line, ...]:
        kept = self.receipts
        sent = screen.Sent(
            referrals=len({line["id"] for line in kept.sent.values()}),
            adults=kept.adults,
            unknown=kept.unknown,
            refused=len(kept.refused),
            decisions=sum(line["did"] == "section-42-decision" for line in kept.done),
            before=kept.before,
            others_may="balanced" in kept.marks,
        )
        return screen.balance(sent, intake, triage)

    async def _caught_up(self, door: Door) -> tuple[screen.Figures, screen.Figures]:
        """Give the figures once they balance and stand still, or no longer move at all."""
        seen, since = await _figures(door), time.monotonic()
        while time.monotonic() - since < STILL:
            await asyncio.sleep(POLL)
            now = await _figures(door)
            if now != seen:
                seen, since = now, time.monotonic()
            elif all(line.agrees for line in self._lines(*now)):
                break
        return seen

    async def _close(self, door: Door) -> bool:
        intake, triage = await self._caught_up(door)
        lines = self._lines(intake, triage)
        head = [row async for row in door.rows("triage", "/v1/concerns", staff.MANAGER, 8)]
        self._show(screen.counts(intake, triage))
        self._show(screen.queue(head))
        await self._show_history(door, head)
        self._show(screen.account(lines, self.receipts.unknown))
        pasted = screen.curl_lines(self.access, self.folder)
        for drawn in screen.pointers(self.access, pasted):
            self._show(drawn)
        balanced = all(line.agrees for line in lines)
        if balanced and "balanced" not in self.receipts.marks:
            self.receipts.keep(mark="balanced")
        return balanced

    async def _show_history(self, door: Door, head: list[Mapping[str, Any]]) -> None:
        decided = [line["case"] for line in self.receipts.done
                   if line["did"] == "section-42-decision"]  # fmt: skip
        for case in [*decided[:1], *(row["concern"] for row in head)][:1]:
            told = (await door.read("triage", f"/v1/concerns/{case}/history", staff.MANAGER)).json()
            self._show(screen.history(case, told["items"] if isinstance(told, dict) else told))

    def _show(self, drawn: RenderableType) -> None:
        screen.show(drawn, self.console, self.say)


async def _figures(door: Door) -> tuple[screen.Figures, screen.Figures]:
    intake = await door.read("intake", "/v1/figures", staff.MANAGER)
    triage = await door.read("triage", "/v1/figures", staff.MANAGER)
    return intake.json(), triage.json()
