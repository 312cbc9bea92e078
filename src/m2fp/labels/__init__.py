"""Label schemes and the tables between them."""

from m2fp.labels.conversion import Conversion, conversion
from m2fp.labels.custom import custom_scheme, ids_in_scheme, plain_name
from m2fp.labels.scheme import IGNORE_ID, Label, LabelScheme, get_scheme, scheme_names

__all__ = [
    "IGNORE_ID",
    "Conversion",
    "Label",
    "LabelScheme",
    "conversion",
    "custom_scheme",
    "get_scheme",
    "ids_in_scheme",
    "plain_name",
    "scheme_names",
]
