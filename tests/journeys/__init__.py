"""One file for each promise to a person."""
