"""Scoring a model on labelled photos.

Example:
    samples = CihpDataset(root).samples("val")
    report = evaluate(Parser(), (sample.read() for sample in samples))
    print(to_markdown(report))

Composed groups are in `m2fp.evaluation.groups`, which needs what training needs.
"""

from m2fp.evaluation.confusion import ConfusionMatrix
from m2fp.evaluation.markdown import to_markdown
from m2fp.evaluation.people import CountScore, PeopleScores, PeopleTally
from m2fp.evaluation.report import Report
from m2fp.evaluation.run import Parse, evaluate
from m2fp.evaluation.semantic import ClassScore, SemanticScores, mean_iou, pixel_accuracy
from m2fp.evaluation.sides import SideScore, side_scores
from m2fp.evaluation.tables import score_tables
from m2fp.evaluation.validation import run_val

__all__ = [
    "ClassScore",
    "ConfusionMatrix",
    "CountScore",
    "Parse",
    "PeopleScores",
    "PeopleTally",
    "Report",
    "SemanticScores",
    "SideScore",
    "evaluate",
    "mean_iou",
    "pixel_accuracy",
    "run_val",
    "score_tables",
    "side_scores",
    "to_markdown",
]
