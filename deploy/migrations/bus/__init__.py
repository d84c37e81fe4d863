"""Revisions of a bus database."""
