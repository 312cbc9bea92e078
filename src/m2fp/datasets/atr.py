"""ATR's folders, as released and as Graphonomy and SCHP have them.

    humanparsing/
        JPEGImages/*.jpg
        SegmentationClassAug/*.png    part ids, one person to a photo
        {train,val}_id.txt            also in list/ or lists/; without any, all is one split, "all"

Source: Liang et al. 2015, "Deep Human Parsing with Active Template Regression".
"""

from m2fp.datasets.voc_folders import voc_layout

LAYOUT = voc_layout("atr", labels="SegmentationClassAug", scheme="atr")
