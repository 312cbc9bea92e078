"""For programs written for other libraries: the calls they make, answered by m2fp."""
