"""Weak judges: cheap automatic stand-ins for a verdict, here exact k-gram language models. Pure."""

from annotation.weak_judges.agreement import JudgeAgreement, judge_agreement
from annotation.weak_judges.judging import WeakJudgement, judge_responses, weak_outcomes
from annotation.weak_judges.lengths import log_length_ratio, text_lengths
from annotation.weak_judges.settings import ENGINE_VERSION, KGramSettings
from annotation.weak_judges.tokenizer import tokenize

__all__ = [
    "ENGINE_VERSION",
    "JudgeAgreement",
    "KGramSettings",
    "WeakJudgement",
    "judge_agreement",
    "judge_responses",
    "log_length_ratio",
    "text_lengths",
    "tokenize",
    "weak_outcomes",
]
