"""Loaded first by a process that forks: until tests.settled nothing that is read is garbage."""

import gc

gc.disable()
