"""Ballots, results and the register of decisions."""
