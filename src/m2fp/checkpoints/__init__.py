"""Public M2FP checkpoints into one safe file, and back into a network (needs the `export` extra).

`convert_checkpoint` reads a file (`checkpoint_file`), finds the network's tensors in it (`unwrap`),
derives the network's sizes from their shapes (`sizes`), checks every one of them (`strict`), and
writes them under our names (`converted`). `load_model` reads what it wrote.
"""

from m2fp.checkpoints.convert import Conversion, convert_checkpoint
from m2fp.checkpoints.converted import load_model

__all__ = ["Conversion", "convert_checkpoint", "load_model"]
