"""Logs as JSON lines, for a program that collects them."""

import datetime
import json
import logging


class JsonLines(logging.Formatter):
    """One line of JSON for each message: at, level, logger, message, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a message of several lines stays one line."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        content = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            content["exception"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False)


def use_json_lines(logger: logging.Logger) -> None:
    """Let every handler of a logger write JSON lines."""
    for handler in logger.handlers:
        handler.setFormatter(JsonLines())
