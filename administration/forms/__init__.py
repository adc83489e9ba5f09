"""What is well-formed on the pages of the administration."""
