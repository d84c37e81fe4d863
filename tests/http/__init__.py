"""What HTTP promises: to partners, to staff, and to whoever tries the door."""
