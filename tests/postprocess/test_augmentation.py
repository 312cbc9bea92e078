"""Which views can be asked for."""

from __future__ import annotations

import pytest

from m2fp.errors import ConfigError
from m2fp.postprocess import TestTimeAugmentation


def test_defaults_and_counts() -> None:
    assert TestTimeAugmentation() == TestTimeAugmentation(flip=True, scales=(1.0,))
    assert TestTimeAugmentation().view_count == 2
    assert TestTimeAugmentation(flip=False, scales=(0.25, 4.0)).view_count == 2
    assert TestTimeAugmentation(scales=tuple(0.5 + 0.1 * n for n in range(8))).view_count == 16


@pytest.mark.parametrize(
    ("flip", "scales", "message"),
    [
        (True, (1.0, 0.2), "0.2; give scales between 0.25 and 4"),
        (True, (4.1,), "4.1; give scales between"),
        (True, (float("nan"),), "nan; give scales between"),
        (False, (1, 0.75, 1.0), "give every scale once"),
        (False, (), "0 views"),
        (True, tuple(0.5 + 0.1 * n for n in range(9)), "18 views .* give 1 to 16"),
    ],
)
def test_what_cannot_be(flip: bool, scales: tuple[float, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        TestTimeAugmentation(flip=flip, scales=scales)
    assert caught.value.option == "scales"
