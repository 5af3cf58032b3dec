"""What can go wrong, and who can fix it.

One catalogue (`messages.yaml`) holds every message in Japanese and English. A `Problem` is a value:
one thing wrong with somebody's workbook. An `OpendataError` is raised where work cannot go on; it
names a message of the same catalogue, so that it can become a `Problem` or a sentence. What
commands say beside problems are the catalogue's sentences.
"""

from opendata.errors.catalogue import Message, Text, message, messages, sentence, sentences
from opendata.errors.exceptions import (
    ConfigurationError,
    ConflictError,
    OpendataError,
    PackageError,
    ReadError,
    StoreError,
    UnreadableWorkbook,
    UsageError,
    settings_file,
)
from opendata.errors.problem import Place, Problem, Severity, has_errors, problem, subject

__all__ = [
    "ConfigurationError",
    "ConflictError",
    "Message",
    "OpendataError",
    "PackageError",
    "Place",
    "Problem",
    "ReadError",
    "Severity",
    "StoreError",
    "Text",
    "UnreadableWorkbook",
    "UsageError",
    "has_errors",
    "message",
    "messages",
    "problem",
    "sentence",
    "sentences",
    "settings_file",
    "subject",
]
