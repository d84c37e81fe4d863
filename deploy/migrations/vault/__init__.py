"""Revisions of a vault database."""
