"""The one error of this package, apart so that every module may raise it."""


class OutletError(ValueError):
    """Outlet data that cannot be used; the message says where, what was read, what was expected."""
