"""How often, how large and how mirrored a photo is shown to the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from m2fp.errors import ConfigError

LEAST_SCALE: Final = 0.25
MOST_SCALE: Final = 4.0
MOST_VIEWS: Final = 16


@dataclass(frozen=True, slots=True)
class TestTimeAugmentation:
    """The views of every photo whose answers are merged into one result.

    Every view costs one run of the network: six views take six times as long. How answers are
    merged is said in `m2fp.postprocess.semantic` (models for one person), `.merged_instances`
    (official rules) and `.fusion` (our own, where people need half of the views). What
    `Result.to_modelscope` returns is merged as the official software merges, whatever the rules.

    Attributes:
        flip: show every size mirrored as well; left and right labels are swapped back.
        scales: sizes of the photo, as multiples of the size that the model's rule makes, each
            0.25..4. See `m2fp.imaging.scaled_rule` for their upper bound.

    Raises:
        ConfigError: a scale is out of range or given twice, or there are no or too many views.
    """

    __test__: ClassVar[bool] = False  # the name is the field's; pytest shall not collect it

    flip: bool = True
    scales: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        for scale in self.scales:
            if not LEAST_SCALE <= scale <= MOST_SCALE:  # also refuses NaN
                raise ConfigError(
                    f"augment.scales has {scale!r}; give scales between {LEAST_SCALE:g} and "
                    f"{MOST_SCALE:g}",
                    option="scales",
                )
        if len(set(self.scales)) != len(self.scales):
            raise ConfigError(
                f"augment.scales is {self.scales}; give every scale once", option="scales"
            )
        if not 1 <= self.view_count <= MOST_VIEWS:
            raise ConfigError(
                f"augment has {self.view_count} views (scales, each mirrored too where flip is "
                f"on); give 1 to {MOST_VIEWS}",
                option="scales",
            )

    @property
    def view_count(self) -> int:
        """Return how often a photo is shown at most."""
        return len(self.scales) * (2 if self.flip else 1)
