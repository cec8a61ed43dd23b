"""Root of what can go wrong in the domain. No error here knows an HTTP status."""


class AppraisalError(Exception):
    """Base of every error the domain raises on purpose."""
