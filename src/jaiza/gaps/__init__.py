"""The gaps: one module each, strangers to one another, from tables to scores."""
