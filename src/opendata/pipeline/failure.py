"""A pass that could not be completed, told to the operator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opendata.errors import UsageError
from opendata.pipeline.settings import Settings


@contextmanager
def telling_failure(settings: Settings) -> Iterator[None]:
    """Mail the operator, once per distinct error, why a pass inside could not be completed.

    The error goes on as it was, whatever becomes of the message. A command called in a way it
    cannot serve is no failure of a pass.
    """
    try:
        yield
    except UsageError:
        raise
    except Exception as error:
        if settings.mail.is_on:
            from opendata.pipeline.mail import tell_failure

            tell_failure(settings, error)
        raise
