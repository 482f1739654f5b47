"""The tables of what is exchanged."""

from samen.exchange.models.sources import Difference, Held, Load, Run, Source, Touched

__all__ = ["Difference", "Held", "Load", "Run", "Source", "Touched"]
