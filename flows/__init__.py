"""The nights as Prefect runs them: order, retries, schedules. Calls the pipeline's verbs and decides nothing."""

import os

# before prefect is imported anywhere: nothing here reports to anybody
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# Prefect tells each step at INFO; a night says the same in one line of its own
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
# a night without a server of its own starts a short-lived one; on a busy machine that takes longer than Prefect's 20 s
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
