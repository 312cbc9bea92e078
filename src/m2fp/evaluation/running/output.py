"""What a run leaves in its folder.

report.md, report.json      the scores
confusion.png               what the pixels of every class are taken for
worst/01-NAME.jpg           the worst photos, beside labels, prediction and mistakes
groups/                     pictures of the same kinds, for composed groups
journal/                    what is finished, while the run goes on
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from m2fp.datasets import Sample
from m2fp.errors import MissingExtra
from m2fp.evaluation.metrics.tally import Tally
from m2fp.evaluation.reporting.confusion_picture import draw_confusion, require_matplotlib
from m2fp.evaluation.reporting.markdown import to_markdown
from m2fp.evaluation.reporting.report import Report
from m2fp.evaluation.reporting.worst import worst_pictures
from m2fp.evaluation.running.scoring import Scoring
from m2fp.whole_file import whole_file

_WORST: Final = "worst"
_NUMBERED: Final = "[0-9][0-9]*-*.jpg"
_JOURNAL: Final = "journal"
_LONGEST: Final = 120  # letters of a photo's name
_QUALITY: Final = 88  # of a JPEG
_UNSAFE: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Output:
    """The folder of a run.

    Attributes:
        folder: where it is.
        worst: how many of the worst photos are drawn.
        draws_confusion: whether confusion.png can be drawn.
    """

    folder: Path
    worst: int
    draws_confusion: bool

    @classmethod
    def begin(cls, folder: Path, worst: int, note: Callable[[str], None]) -> Self:
        """Return the folder, made if it was not there.

        Args:
            folder: where it is.
            worst: how many of the worst photos are drawn.
            note: told if a picture will be missing.

        Raises:
            OSError: the folder cannot be made.
        """
        folder.mkdir(parents=True, exist_ok=True)
        try:
            require_matplotlib()
        except MissingExtra as error:
            note(f"without confusion.png: {error.message}")
            return cls(folder, worst, draws_confusion=False)
        return cls(folder, worst, draws_confusion=True)

    @property
    def journal(self) -> Path:
        """Return the folder of what is finished."""
        return self.folder / _JOURNAL

    def draw(
        self, scoring: Scoring, samples: Sequence[Sample], tally: Tally, *, title: str, inner: str
    ) -> None:
        """Write the pictures of one report; the worst photos are predicted once more.

        Args:
            scoring: how they were scored.
            samples: all photos.
            tally: of them.
            title: which photos, for people.
            inner: folder inside this one, "" for itself.

        Raises:
            M2FPError: from the source of predictions.
            OSError: a picture cannot be written.
        """
        folder = self.folder / inner
        folder.mkdir(exist_ok=True)
        if self.draws_confusion:
            path = folder / "confusion.png"
            draw_confusion(tally.confusion, scoring.scheme.names, path, title=title)
        for path in (folder / _WORST).glob(_NUMBERED):  # an earlier run had other worst ones
            path.unlink()
        photos = tally.photos.worst(self.worst)
        if not photos:
            return
        (folder / _WORST).mkdir(exist_ok=True)
        with scoring.source.open() as predictor:
            pictures = worst_pictures(photos, samples, predictor, scoring.scheme)
            for rank, (photo, picture) in enumerate(pictures, start=1):
                name = f"{rank:02d}-{_UNSAFE.sub('_', photo.name)[:_LONGEST]}.jpg"
                with whole_file(folder / _WORST / name) as draft:
                    picture.save(draft, format="JPEG", quality=_QUALITY)

    def finish(self, reports: Sequence[Report]) -> None:
        """Write the reports.

        Raises:
            OSError: they cannot be written.
        """
        text = "\n".join(map(to_markdown, reports))
        with whole_file(self.folder / "report.md") as draft:
            draft.write_text(text, encoding="utf-8")
        with whole_file(self.folder / "report.json") as draft:
            draft.write_text(to_document(reports) + "\n", encoding="utf-8")


def to_document(reports: Sequence[Report]) -> str:
    """Return reports as one JSON document."""
    values = {"reports": [report.to_dict() for report in reports]}
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)
