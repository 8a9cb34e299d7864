"""Credit records in, lawful red and black lists out: the service of a district's honesty commission."""

__version__ = "0.1.0"
