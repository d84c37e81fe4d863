"""What crosses from one context to another."""
