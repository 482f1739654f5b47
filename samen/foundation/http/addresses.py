"""Which addresses of the network are anybody's, and which are a house's own. Plain Python."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# Beside what Python calls not global: its lists differ between versions, and some ranges carry
# another address inside them. RFC 6890, 6598, 6052, 8215, 3056, 4380, 3879.
_NEVER = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("168.63.129.16/32", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"),
        *("100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)


def is_public(address: str) -> bool:
    """Whether it is an address of the open internet. What cannot be read is not."""
    try:
        read: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(read, IPv6Address) and read.scope_id:
        return False
    inside = any(read in network for network in _NEVER if network.version == read.version)
    return read.is_global and not inside
