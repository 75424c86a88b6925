"""Statistics on plain arrays: each module gives one family of estimates, and imports no other room."""
