"""The sets of classes that one confusion matrix is read with."""

from __future__ import annotations

from m2fp.evaluation.metrics.confusion import ConfusionMatrix
from m2fp.evaluation.metrics.semantic import SemanticScores
from m2fp.labels import LabelScheme, get_scheme
from m2fp.labels.conversion import conversion

# Coarser schemes whose scores are shown too. Clothing Co-Parsing, which the built-in model is
# measured on, has one class for all skin and one for both shoes.
_COARSER = {"cihp": "ccp14"}
# Labelling a jacket as upper-clothes or as coat is a matter of taste.
_TOPS = ("upper-clothes", "coat")


def score_tables(confusion: ConfusionMatrix, scheme: LabelScheme) -> tuple[SemanticScores, ...]:
    """Return the scores for the scheme's own classes and, for CIHP, for coarser ones.

    These are "ccp14", where sides and kinds of skin are merged, and "ccp14-tops", where
    upper-clothes and coat are one class as well. Merging counts gives what merging the masks
    before counting would.
    """
    tables = [SemanticScores.of(scheme.name, scheme.names, confusion)]
    if scheme.name in _COARSER:
        coarse = get_scheme(_COARSER[scheme.name])
        new_ids = conversion(scheme.name, coarse.name).table[: len(scheme.names)].tolist()
        merged = confusion.merged(new_ids, len(coarse.names))
        tables.append(SemanticScores.of(coarse.name, coarse.names, merged))
        tables.append(_with_tops_merged(merged, coarse))
    return tuple(tables)


def _with_tops_merged(confusion: ConfusionMatrix, scheme: LabelScheme) -> SemanticScores:
    kept, gone = _TOPS
    names = [name for name in scheme.names if name != gone]
    new_ids = [names.index(kept if name == gone else name) for name in scheme.names]
    names[names.index(kept)] = " + ".join(_TOPS)
    merged = confusion.merged(new_ids, len(names))
    return SemanticScores.of(f"{scheme.name}-tops", tuple(names), merged)
