"""How Hypothesis runs here: without a limit of time, since the machine may have other work."""

from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any machine"), max_examples=15)
settings.load_profile("any machine")
