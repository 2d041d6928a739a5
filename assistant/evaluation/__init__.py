"""Evaluation: what answers are worth on judged questions, and the engine on public sets."""

from assistant.evaluation.compare import compare, read_run
from assistant.evaluation.measures import Judged, Relevant, Result, measure
from assistant.evaluation.summary import report, summary

__all__ = ["Judged", "Relevant", "Result", "compare", "measure", "read_run", "report", "summary"]
