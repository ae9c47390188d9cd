"""Loaded last by a process that forks: what was read by then is looked through by no child.

Each would otherwise copy all of its memory to find that none of it is garbage.
"""

import gc

gc.collect()
gc.freeze()
gc.enable()
