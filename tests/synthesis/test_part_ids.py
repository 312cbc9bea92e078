"""The ids are those of the label schemes."""

from enum import IntEnum

import pytest

from m2fp.labels import get_scheme
from m2fp.synthesis.part_ids import Cihp, Mhp


@pytest.mark.parametrize(("scheme", "ids"), [("cihp", Cihp), ("mhp-v2", Mhp)])
def test_names_agree(scheme: str, ids: type[IntEnum]) -> None:
    names = get_scheme(scheme).names
    known = {"jacket": "jacket-windbreaker-hoodie", "shorts": "shorts-swim-shorts"}
    known |= {"other-upper": "other-upper-body-clothes", "other-lower": "other-lower-body-clothes"}
    for part in ids:
        if part:
            own = part.name.lower().replace("_", "-")
            assert names[part] == known.get(own, own)
