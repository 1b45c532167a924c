"""How routing judges: tables, numbers, and rules named as sentences. Pure."""

from services.routing.policy.evidence import MOST_CATEGORIES, WORDS_BESIDE_FACTS
from services.routing.policy.judgement import Judgement, judge, severity_of
from services.routing.policy.language import language_of
from services.routing.policy.lexicon import WordIndex, Words
from services.routing.policy.rulebook import Rulebook

__all__ = [
    "MOST_CATEGORIES",
    "WORDS_BESIDE_FACTS",
    "Judgement",
    "Rulebook",
    "WordIndex",
    "Words",
    "judge",
    "language_of",
    "severity_of",
]
