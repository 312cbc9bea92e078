"""PASCAL-Person-Part's folders, as Graphonomy has them.

    JPEGImages/*.jpg    SegmentationPart/*.png    list/{train,val}_id.txt

The ids are in the order of the first release and of SCHP (head, torso, upper and lower arms, upper
and lower legs: scheme "ppp-schp"), not in M2FP's ("ppp"). `m2fp.labels.conversion` turns one into
the other. People are not told apart: everyone in a photo is person 1, so that only scores of parts
mean something. M2FP keeps the data set in CIHP's folders, with people; see `cihp`.

Source: Chen et al. 2014, "Detect What You Can".
"""

from m2fp.datasets.voc_folders import voc_layout

LAYOUT = voc_layout("pascal-person-part", labels="SegmentationPart", scheme="ppp-schp")
