"""Loggers that write JSON."""

import json
import logging


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record with the service that it is from."""
        return json.dumps({"service": self._service, "level": record.levelname, "message": record.getMessage()})


def get_logger(service: str) -> logging.Logger:
    """The logger of `service`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter(service))
    logger = logging.getLogger(service)
    logger.addHandler(handler)
    return logger
