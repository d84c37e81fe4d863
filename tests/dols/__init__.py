"""What dols promises."""
