"""Print how far two models say the same of the photos of a folder, one by one and in turns.

    python recipes/benchmark/agreement.py REFERENCE CANDIDATE FOLDER

Both are names of models or files written by `m2fp export`. `m2fp export --precision int8` prints
the same of the photos it was given; this is for photos that it has not seen.
"""

import sys
from pathlib import Path

from m2fp.evaluation.agreement import compare
from m2fp.parser import Parser, list_folder
from m2fp.registry import resolve

reference, candidate, folder = sys.argv[1:]
with Parser(reference) as ours, Parser(candidate) as theirs:
    files = resolve(reference), resolve(candidate)
    print(compare(ours, theirs, files, list_folder(Path(folder))).to_markdown())
