"""Which rule each score of a report follows, in a line."""

from __future__ import annotations

_RULES = {
    "m2fp": "means over all classes; one that never occurs has IoU 0 and makes accuracy and F1 "
    "undefined",
    "d2": "means over the classes that occur in the labels",
    "boundary IoU": "IoU of what lies within 2 % of the diagonal of its class's outline",
    "official": "as published: painted masks, IoU > t, all-point AP; parts may be "
    "found twice, so AP^r can pass 100",
    "strict": "as COCO: masks as given, one to one, IoU >= t, 101-point AP; unknown pixels are "
    "left out",
    "AP^r": "part instances, by class; vol: mean over t = 0.1 .. 0.9",
    "AP^p, PCP": "people with their parts, by person IoU; vol as above",
    "AP^h": "person masks; vol: mean over t = 0.50 .. 0.95",
}


def rules() -> dict[str, str]:
    """Return what the names of rules and scores in a report mean, by name."""
    return dict(_RULES)
