"""Merging the answers about several views stops when it is cancelled."""

from __future__ import annotations

import pytest
from tests.postprocess.random_predictions import placed, smooth

from m2fp.cancellation import Cancellation
from m2fp.errors import Cancelled
from m2fp.imaging import InputRule
from m2fp.labels import get_scheme
from m2fp.postprocess import Answer, OfficialRules, PostprocessConfig, Rules, merge


class Impatient(Cancellation):
    """Cancelled when it is looked at for the n-th time."""

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience = patience
        self.looks = 0

    def check(self) -> None:
        self.looks += 1
        if self.looks == self.patience:
            self.cancel()
        super().check()


@pytest.mark.parametrize(
    ("scheme", "rules"),
    [("lip", PostprocessConfig()), ("cihp", PostprocessConfig()), ("cihp", OfficialRules())],
    ids=["one person", "ours", "official"],
)
def test_it_stops_before_every_answer_and_after_the_last(scheme: str, rules: Rules) -> None:
    labels = get_scheme(scheme)
    given = placed((60, 80), InputRule(64, 128))
    answers = [Answer(smooth(seed, given, labels, 20), given) for seed in range(4)]
    calm = Impatient(patience=1000)
    merge(answers, labels, rules, calm)
    assert calm.looks > len(answers)
    for patience in range(1, calm.looks + 1):
        hasty = Impatient(patience)
        with pytest.raises(Cancelled):
            merge(answers, labels, rules, hasty)
        assert hasty.looks == patience
