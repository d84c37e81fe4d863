"""To which addresses and names do we never connect?

A partner names where we send to, so they could name a machine of ours. Python's `is_global` is no
guard: it takes NAT64, 6to4 and the relay anycast for public, and they lead to any IPv4 address.

Law: none; UK GDPR Art 32 asks for security. Source: IANA's special-purpose address registries.
"""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
PORTS = frozenset({443, 8443})
LONGEST_URL = 2000

NEVER: Sequence[Network] = tuple(map(ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
    "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/9", "ff00::/8",
)))  # fmt: skip
"""Private, local, reserved, documentation, multicast, and all that carries an IPv4 address."""

ADMINISTERS: Sequence[Network] = tuple(map(ip_network, (
    "100.100.100.200/32", "169.254.0.0/16", "192.0.0.192/32", "fd00:ec2::254/128", "fe80::/10",
)))  # fmt: skip
"""Where hosts of clouds hand out credentials to whoever asks: never, whatever the house allows."""

NOT_PUBLIC = frozenset({
    "alt", "arpa", "corp", "example", "home", "internal", "intranet", "invalid", "lan", "local",
    "localdomain", "localhost", "onion", "private", "test",
})  # fmt: skip
NAME = re.compile(
    r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})"
)
"""A host name with a last label of letters: no form of an IP address is one."""


def reachable(address: str, allowed: Sequence[Network] = (), *, only: bool = False) -> bool:
    """Say whether we may connect to `address`: a public one, or where the house allows it.

    `only`: nowhere but where the house allows it.
    """
    at = _plain(ip_address(address))
    if _in(at, ADMINISTERS):
        return False
    if _in(at, allowed):
        return True
    return not only and at.is_global and not _in(at, NEVER)


def _in(at: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(at in it for it in networks if it.version == at.version)


def public_name(host: str, own: Sequence[str] = ()) -> bool:
    """Say whether `host` is a name that others may have in public, and not one of our own."""
    if not NAME.fullmatch(host) or host.rpartition(".")[2] in NOT_PUBLIC:
        return False
    return not any(host == it or host.endswith(f".{it}") for it in own)


def _plain(at: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Give the IPv4 address that an IPv6 one is written for."""
    return at.ipv4_mapped or at if isinstance(at, IPv6Address) else at
