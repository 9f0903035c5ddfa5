"""The error of this package, in a module of its own so that every module may raise it."""


class OutletError(ValueError):
    """Invalid outlet data; the message says where, what was read, what was expected."""
