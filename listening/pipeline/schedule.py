"""When the next night begins by the schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from listening.settings import Settings


def next_night(settings: Settings, now: datetime) -> datetime | None:
    """Return the moment (UTC) at which the next night is due; None where the cron says none."""
    try:
        local = CronSim(settings.night.cron, now.astimezone(ZoneInfo(settings.night.timezone)))
        return next(local).astimezone(UTC)
    except (CronSimError, StopIteration):
        return None
