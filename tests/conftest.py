"""How the suite runs: the same examples every time, here and in continuous integration."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Neither a random seed nor the speed of the machine may decide whether a test passes.
settings.register_profile(
    "deterministic", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("deterministic")
