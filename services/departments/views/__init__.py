"""Reads for departments' own GETs; never writes."""

from services.departments.views.models import (
    Briefing,
    BriefingPage,
    ManagementLine,
    ManagementPage,
    ResolutionPage,
    ResolutionView,
)
from services.departments.views.reads import STATUSES, Views

__all__ = [
    "STATUSES",
    "Briefing",
    "BriefingPage",
    "ManagementLine",
    "ManagementPage",
    "ResolutionPage",
    "ResolutionView",
    "Views",
]
