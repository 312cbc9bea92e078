"""People cut out of photos and posed anew, as puppets of flat limbs turned about the joints."""

from m2fp.augmentation.puppet.poses import ArmPose, LegPose, Pose, random_pose
from m2fp.augmentation.puppet.posing import random_puppet, repose

__all__ = ["ArmPose", "LegPose", "Pose", "random_pose", "random_puppet", "repose"]
