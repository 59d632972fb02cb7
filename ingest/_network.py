"""Which addresses a crawl may connect to: public ones, and those that the user named."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

#: IPv6 prefixes whose addresses carry an IPv4 address that decides.
_CARRIERS = ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
_CARRYING = tuple(ipaddress.IPv6Network(n) for n in _CARRIERS)


#: Name -> private address, of lookups that were refused: Twisted keeps no reason.
refused: dict[str, str] = {}


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public network; False for what is no address."""
    try:
        ip = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and any(ip in n for n in _CARRYING):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


class PublicResolver(CachingThreadedResolver):
    """Looks names up and refuses private answers.

    What it returns is what is connected to, so a name that answers differently the second time
    gains nothing; every connection, also one after a redirect, comes through here.
    """

    named: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> PublicResolver:
        made = super().from_crawler(crawler, reactor)
        hosts = crawler.settings.getlist("INGEST_NAMED_HOSTS")
        made.named = frozenset(h.rpartition(":")[0].strip("[]") for h in hosts)
        return made

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        return super().getHostByName(name, timeout).addCallback(self._checked, name)

    def _checked(self, address: str, name: str) -> str:
        if name not in self.named and not is_public(address):
            refused[name] = address
            raise DNSLookupError(f"{name} is not on the public network")
        return address
