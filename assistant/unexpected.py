"""Errors that nobody foresaw, in the log."""

from __future__ import annotations

import logging
import traceback


def log_unexpected(log: logging.Logger, error: Exception) -> None:
    """Where it happened, without the message of the error, which may hold the question."""
    log.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
