"""Log lines that can be searched across services."""

from telemetry.logs import get_logger

__all__ = ["get_logger"]
