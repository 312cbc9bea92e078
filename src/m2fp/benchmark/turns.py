"""In which order contenders take their turns, so that none has an advantage from its place.

Who runs after a heavy neighbour finds cold caches and a hot processor. In a Williams design every
contender takes every place equally often and follows every other one equally often. Source:
E. J. Williams, "Experimental designs balanced for the estimation of residual effects of
treatments", Australian Journal of Scientific Research A 2, 1949.
"""

from __future__ import annotations


def turns(count: int, number: int) -> tuple[int, ...]:
    """Return the order of 0..count-1 in this round.

    The rounds repeat after `count` of them, or after `2 * count` when that is odd, where balance
    takes every order and its mirror image.
    """
    row = [0]
    for step in range(1, count):
        row.append((step + 1) // 2 if step % 2 else count - step // 2)
    if count % 2 and number // count % 2:
        row.reverse()
    return tuple((place + number) % count for place in row)
