"""Which pain points are news, whether a fix holds, and where nothing can be heard: counted in different people."""

from listening.emergence.fix import judge_fix
from listening.emergence.kinds import SENSITIVITIES, judge

__all__ = ["SENSITIVITIES", "judge", "judge_fix"]
