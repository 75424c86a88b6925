"""What people type. Every command ends with 0 done, 1 the data have problems, 2 wrong use, 3 refused."""

from jaiza.cli.main import main

__all__ = ["main"]
