"""The audit log: who changed what, and that nobody changed it since."""
