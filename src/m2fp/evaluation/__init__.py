"""Scoring models, and the predictions of any other tool, on labelled photos.

Example:
    report = run_score(DataChoice(Path("CIHP")), Path("predictions"))
    print(to_markdown(report))

`run_val` does the same for a model of ours, `evaluate` for a parser and photos in memory. Step by
step: `Tally.of` the labels and the `Prediction` of a photo, `Tally.merged` of all tallies, and
`Report.of` that.
Composed groups are in `m2fp.evaluation.groups`, which needs what training needs.
"""

from m2fp.evaluation.in_memory import Parse, evaluate
from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.evaluation.metrics.people import CountScore, PeopleScores, PeopleTally
from m2fp.evaluation.metrics.prediction import Prediction
from m2fp.evaluation.metrics.semantic import ClassScore, SemanticScores, mean_iou, pixel_accuracy
from m2fp.evaluation.metrics.sides import SideScore, side_scores
from m2fp.evaluation.metrics.tables import score_tables
from m2fp.evaluation.metrics.tally import Tally
from m2fp.evaluation.predictions.subject import Subject
from m2fp.evaluation.reporting.markdown import to_markdown
from m2fp.evaluation.reporting.report import DataStamp, Report
from m2fp.evaluation.running.chosen_photos import DataChoice
from m2fp.evaluation.running.stages import Listener, RunOptions
from m2fp.evaluation.validation import Groups, run_score, run_val

__all__ = [
    "ClassScore",
    "ConfusionMatrix",
    "CountScore",
    "DataChoice",
    "DataStamp",
    "Groups",
    "Listener",
    "Parse",
    "PeopleScores",
    "PeopleTally",
    "Prediction",
    "Report",
    "RunOptions",
    "SemanticScores",
    "SideScore",
    "Subject",
    "Tally",
    "evaluate",
    "mean_iou",
    "pixel_accuracy",
    "run_score",
    "run_val",
    "score_tables",
    "side_scores",
    "to_markdown",
]
