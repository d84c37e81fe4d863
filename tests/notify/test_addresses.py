"""Can a partner make us reach a machine of our own?"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any

import httpcore
import pytest

from services.notify.gateways.egress import MOST_RESOLVING_FOR_ONE, AddressRefused, Egress, Settings
from services.notify.rules.addresses import public_name, reachable
from services.notify.rules.retry import ADDRESS_REFUSED, TIMED_OUT, UNREACHABLE
from shared.facts import party

BAD = [
    # private, loopback, link-local, broadcast, multicast, documentation
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "127.0.0.1",
    "127.255.255.255", "169.254.0.1", "169.254.169.254", "255.255.255.255", "224.0.0.1",
    "239.255.255.250", "192.0.2.1", "198.51.100.7", "203.0.113.9",
    # shared, protocol assignments, relay anycast, benchmarking, reserved, this network
    "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.88.99.1", "198.18.0.1", "198.19.255.255",
    "240.0.0.1", "254.1.2.3", "0.0.0.0", "0.1.2.3",  # noqa: S104 - to be refused
    # the same of IPv6
    "::", "::1", "ff02::1", "ff0e::1", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd12:3456::1",
    "2001:db8::1", "3fff::1", "100::1", "5f00::1", "2001::1", "2001:10::1", "2001:20::1",
    # what carries an IPv4 address: mapped, compatible, NAT64, 6to4
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::1", "2002:808:808::1",
]  # fmt: skip
GOOD = [
    "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
    "192.0.1.1", "198.17.255.255", "198.20.0.1", "192.88.98.1", "11.0.0.1", "223.255.255.255",
    "2606:4700::1111", "2a00:1450:4009::1", "::ffff:8.8.8.8",
]  # fmt: skip
NAME = "hooks.rosewood.org.uk"
HOUSE, OTHERS = party("rosewood-house"), party("derby-police")
PRIVATE = Settings(egress_allow="rosewood-house=10.9.0.0/16, rosewood-house = fd00:9::/32")
THEIRS = PRIVATE.allowed[HOUSE]


@pytest.mark.parametrize("address", BAD)
def test_we_never_connect_to(address: str) -> None:
    assert not reachable(address)


@pytest.mark.parametrize("address", GOOD)
def test_we_connect_to_public(address: str) -> None:
    assert reachable(address)


def test_a_house_may_allow_a_network_and_no_other() -> None:
    assert reachable("10.9.1.1", THEIRS)
    assert reachable("::ffff:10.9.1.1", THEIRS)
    assert reachable("fd00:9::1", THEIRS)
    assert not reachable("10.8.1.1", THEIRS)
    assert not reachable("169.254.169.254", THEIRS)
    assert reachable("8.8.8.8", THEIRS)
    assert not reachable("8.8.8.8", THEIRS, only=True)


@pytest.mark.parametrize("address", [
    "169.254.169.254", "::ffff:169.254.169.254", "169.254.170.2", "fd00:ec2::254",
    "fe80::a9fe:a9fe", "100.100.100.200", "192.0.0.192",
])  # fmt: skip
def test_what_hands_out_credentials_is_reached_by_nobody_whatever_is_allowed(address: str) -> None:
    everything = Settings(egress_allow="rosewood-house=0.0.0.0/0, rosewood-house=::/0")
    allowed = everything.allowed[HOUSE]
    assert reachable("10.8.1.1", allowed)
    assert not reachable(address, allowed)
    assert not reachable(address, allowed, only=True)


@pytest.mark.parametrize("network", ["10.9.0.0/16", "0.0.0.0/0", "169.254.0.0/16", "::/0", "*=x"])
def test_a_network_for_every_partner_is_refused_at_the_start(network: str) -> None:
    with pytest.raises(ValueError, match=r"name the partner|does not appear"):
        Egress(Settings(egress_allow=network))


async def test_a_network_is_allowed_to_the_partner_it_is_named_for_and_to_nobody_else() -> None:
    url = "http://case-system:8080/in"
    for whose, outcome in (
        (HOUSE, UNREACHABLE),
        (OTHERS, ADDRESS_REFUSED),
        (None, ADDRESS_REFUSED),
    ):
        found, dial = egress(Names(["10.9.0.7"]), PRIVATE)
        assert (await found.send(url, {}, b"{}", whose)).outcome == outcome
        assert len(dial.dialled) == (whose == HOUSE)
    assert Egress(PRIVATE).vet(url, HOUSE) == "case-system"
    with pytest.raises(AddressRefused):
        Egress(PRIVATE).vet(url, OTHERS)


class Nowhere(httpcore.AsyncNetworkBackend):
    """Keeps what was dialled, and never connects."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **_more: Any) -> Any:
        self.dialled.append((host, port))
        raise httpcore.ConnectError


class Names:
    """A name server that answers as told, each time with the next."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def egress(names: Names, told: Settings | None = None) -> tuple[Egress, Nowhere]:
    dial = Nowhere()
    return Egress(told or Settings(), resolve=names, dial=dial, deadline=2), dial


@pytest.mark.parametrize("address", BAD)
async def test_a_name_that_leads_there_is_not_dialled(address: str) -> None:
    found, dial = egress(Names([address]))
    assert (await found.send(f"https://{NAME}/in", {}, b"{}")).outcome == ADDRESS_REFUSED
    assert dial.dialled == []


@pytest.mark.parametrize("address", GOOD)
async def test_a_name_that_leads_to_the_public_is_dialled_by_its_address(address: str) -> None:
    found, dial = egress(Names([address]))
    assert (await found.send(f"https://{NAME}/in", {}, b"{}")).outcome == UNREACHABLE
    assert dial.dialled == [(address, 443)]


@pytest.mark.parametrize("bad", ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00::1"])
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_bad_answer_among_good_ones_is_enough(bad: str, place: int) -> None:
    mixed = ["8.8.8.8", "1.1.1.1"]
    mixed.insert(place, bad)
    found, dial = egress(Names(mixed))
    assert (await found.send(f"https://{NAME}/in", {}, b"{}")).outcome == ADDRESS_REFUSED
    assert dial.dialled == []


async def test_a_name_that_changes_its_answer_is_vetted_each_time() -> None:
    names = Names(["8.8.8.8"], ["127.0.0.1"])
    found, dial = egress(names)
    outcomes = [(await found.send(f"https://{NAME}/in", {}, b"{}")).outcome for _ in range(3)]
    assert outcomes == [UNREACHABLE, ADDRESS_REFUSED, ADDRESS_REFUSED]
    assert dial.dialled == [("8.8.8.8", 443)]  # what was vetted, and not the name again
    assert names.asked == [NAME] * 3


async def test_a_name_without_an_address_is_unreachable() -> None:
    found, dial = egress(Names([]))
    assert (await found.send(f"https://{NAME}/in", {}, b"{}")).outcome == UNREACHABLE
    assert dial.dialled == []


async def test_of_many_addresses_three_are_tried() -> None:
    found, dial = egress(Names([f"8.8.8.{it}" for it in range(9)]))
    await found.send(f"https://{NAME}:8443/in", {}, b"{}")
    assert dial.dialled == [(f"8.8.8.{it}", 8443) for it in range(3)]


async def test_a_silent_name_server_holds_few_threads_and_no_other_partner() -> None:
    asked = Counter[str]()

    async def names(host: str, _port: int) -> Sequence[str]:
        asked[host] += 1
        if host != NAME:
            await asyncio.sleep(30)  # longer than any deadline
        return ["8.8.8.8"]

    found = Egress(Settings(), resolve=names, dial=Nowhere(), deadline=0.2)
    silent = [
        found.send(f"https://silent{it}.org.uk/in", {}, b"{}", OTHERS) for it in range(64)
    ]  # fmt: skip
    assert {it.outcome for it in await asyncio.gather(*silent)} == {TIMED_OUT}
    again = await found.send("https://silent99.org.uk/in", {}, b"{}", OTHERS)
    assert (again.outcome, asked.total()) == (TIMED_OUT, MOST_RESOLVING_FOR_ONE)
    assert (await found.send(f"https://{NAME}/in", {}, b"{}", HOUSE)).outcome == UNREACHABLE


async def test_a_name_server_that_answers_again_is_asked_again() -> None:
    late = asyncio.Event()

    async def names(_host: str, _port: int) -> Sequence[str]:
        await late.wait()
        return ["8.8.8.8"]

    found = Egress(Settings(), resolve=names, dial=Nowhere(), deadline=0.1)
    for _ in range(MOST_RESOLVING_FOR_ONE + 1):
        assert (await found.send(f"https://{NAME}/in", {}, b"{}", HOUSE)).outcome == TIMED_OUT
    late.set()
    assert (await found.send(f"https://{NAME}/in", {}, b"{}", HOUSE)).outcome == UNREACHABLE


LITERAL = [f"https://[{it}]/" if ":" in it else f"https://{it}/" for it in BAD + GOOD]
REFUSED = [
    *LITERAL,
    f"http://{NAME}/", f"ftp://{NAME}/", f"file://{NAME}/etc/passwd", "gopher://x.org.uk/", NAME,
    f"//{NAME}/", "https:///in", "https://", "", "https://:443/",
    f"https://{NAME}:80/", f"https://{NAME}:22/", f"https://{NAME}:0/", f"https://{NAME}:444/",
    f"https://{NAME}:99999/", f"https://{NAME}:x/",
    f"https://me@{NAME}/", f"https://me:word@{NAME}/", f"https://@{NAME}#@127.0.0.1/",
    f"https://127.0.0.1\\@{NAME}/", f"https://{NAME}\\.evil.org.uk/", f"https://{NAME}/#part",
    "https://localhost/", "https://localhost.localdomain/", "https://metadata/",
    "https://metadata.google.internal/", "https://printer.local/", "https://db.lan/",
    "https://1.168.192.in-addr.arpa/", "https://hidden.onion/", "https://x.invalid/",
    "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://127.0.0.1./", "https://127.0.0.1.:443/",
    "https://\u2460\u2461\u2466.0.0.1/", "https://\uff11\uff12\uff17.0.0.1/",
    "https://127\u30020\u30020\u30021/", f"https://{NAME}\t/", f"https://{NAME}\r\nx: y/",
    f"https://-{NAME}/", f"https://a..{NAME}/", "https://" + "a" * 64 + ".org.uk/",
    f"https://{NAME}/" + "a" * 2000, f"https://{NAME} /", "https://rosewood.org.uk:443:443/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_of_another_kind_is_refused_when_it_is_named(url: str) -> None:
    with pytest.raises(AddressRefused):
        Egress(Settings()).vet(url)


@pytest.mark.parametrize("url", REFUSED)
async def test_and_would_not_be_dialled_if_it_had_got_in(url: str) -> None:
    found, dial = egress(Names(["8.8.8.8"]))
    assert (await found.send(url, {}, b"{}")).outcome == ADDRESS_REFUSED
    assert dial.dialled == []


@pytest.mark.parametrize(
    "url",
    [f"https://{NAME}/in", f"https://{NAME}:443/in?code=abc", f"https://{NAME}:8443/",
     "https://HOOKS.Rosewood.Org.UK/", "https://b\u00fccher.example.org/in"],
)  # fmt: skip
def test_a_public_https_address_is_taken(url: str) -> None:
    host = Egress(Settings()).vet(url)
    assert host == host.lower()


def test_our_own_names_are_refused_and_all_below_them() -> None:
    own = Settings(egress_own_names="safeguarding.derby.gov.uk, intake.example.org")
    for host in (
        "safeguarding.derby.gov.uk",
        "api.Safeguarding.derby.gov.uk",
        "intake.example.org",
    ):
        with pytest.raises(AddressRefused):
            Egress(own).vet(f"https://{host}/")
    assert Egress(own).vet("https://notsafeguarding.derby.gov.uk/")
    assert not public_name("a.b.org", ("b.org",))


async def test_an_allowed_network_is_reached_over_http_and_any_port_and_nothing_else_is() -> None:
    found, dial = egress(Names(["10.9.0.7"]), PRIVATE)
    assert (await found.send("http://case-system:8080/in", {}, b"{}", HOUSE)).outcome == UNREACHABLE
    assert dial.dialled == [("10.9.0.7", 8080)]
    for address in ("127.0.0.1", "8.8.8.8", "169.254.169.254", "10.8.0.1"):
        found, dial = egress(Names([address]), PRIVATE)
        outcome = (await found.send("http://case-system:8080/in", {}, b"{}", HOUSE)).outcome
        assert (outcome, dial.dialled) == (ADDRESS_REFUSED, [])
    found, dial = egress(Names(["8.8.8.8"]), PRIVATE)
    assert (await found.send(f"https://{NAME}/", {}, b"{}", HOUSE)).outcome == UNREACHABLE
    assert dial.dialled == [("8.8.8.8", 443)]


def test_every_bad_address_is_an_address() -> None:
    assert all(ip_address(it) for it in BAD + GOOD)
