"""What a record states of its article, for the tests of what is read."""


def stated(document, field):
    """The values of a field that a document states, in their order."""
    return [each["value"] for each in document["stated"] if each["field"] == field]
