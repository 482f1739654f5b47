"""The tables of what is exchanged."""

from samen.exchange.models.sources import Answered, Difference, Held, Load, Run, Source, Touched

__all__ = ["Answered", "Difference", "Held", "Load", "Run", "Source", "Touched"]
