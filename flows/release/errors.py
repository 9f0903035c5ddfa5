"""What can go wrong in this room. The message is the sentence that people see."""


class ReleaseError(Exception):
    """Something could not be published, read or kept: what was read, what was expected, what to do."""


class Busy(ReleaseError):
    """Another publisher holds the lock."""


class AuditError(ReleaseError):
    """A staged release is not what it should be; it is not published."""
