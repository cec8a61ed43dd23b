"""How a process that runs for long looks for unused memory."""

import gc

LOOK_AFTER = 10_000


def settle() -> None:
    """Look through what is loaded now no more, and through what is new less often.

    Python walks all objects again and again for those that only hold each other. A process of the
    product has several hundred thousand that stay: looking through them took a tenth of the time
    of a completion, and stopped all requests for a third of a second each time. `LOOK_AFTER` new
    objects, some hundred completions, are looked through together.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(LOOK_AFTER)
