"""Readers: one a kind of file, each says what it took the file for. Row numbers are kept from the first step."""
