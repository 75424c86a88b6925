"""The tables: what a study is made of, declared once."""
