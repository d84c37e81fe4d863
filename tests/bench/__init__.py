"""Do the ratios hold? `./run bench` measures each against a baseline in the same run."""
