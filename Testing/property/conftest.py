"""How property tests are run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How fast a machine is at some hour says nothing of what is tested.
settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
