"""The organisation file: the data that describes one company. Models, lookups, and a loader that names mistakes."""

from shared.organisation.judgement import (
    Blame,
    BlamePhrase,
    CostAssumptions,
    Deadline,
    Deadlines,
    Judgement,
    Lexicon,
    SeverityMatrix,
    TriageSettings,
)
from shared.organisation.kinds import LEVELS, Text, raised, rank
from shared.organisation.loader import OrganisationInvalid, from_path, load, packaged_names
from shared.organisation.models import Organisation, UnknownId
from shared.organisation.structure import Category, Code, Department, Manager, Playbook, Remedy, Rule, Step

__all__ = [
    "LEVELS",
    "Blame",
    "BlamePhrase",
    "Category",
    "Code",
    "CostAssumptions",
    "Deadline",
    "Deadlines",
    "Department",
    "Judgement",
    "Lexicon",
    "Manager",
    "Organisation",
    "OrganisationInvalid",
    "Playbook",
    "Remedy",
    "Rule",
    "SeverityMatrix",
    "Step",
    "Text",
    "TriageSettings",
    "UnknownId",
    "from_path",
    "load",
    "packaged_names",
    "raised",
    "rank",
]
