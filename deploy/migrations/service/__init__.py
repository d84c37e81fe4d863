"""Revisions of a service database."""
