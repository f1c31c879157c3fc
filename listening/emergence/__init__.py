"""Which pain points are news, whether a fix holds, and where nothing can be heard: counted in different people."""

from listening.emergence.blind import judge_sight
from listening.emergence.fix import judge_fix
from listening.emergence.kinds import SENSITIVITIES, judge, may_burn
from listening.emergence.past import Seen, look, silent_sources

__all__ = ["SENSITIVITIES", "Seen", "judge", "judge_fix", "judge_sight", "look", "may_burn", "silent_sources"]
