"""The command line: `tack ...`."""
