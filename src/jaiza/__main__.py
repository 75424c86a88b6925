"""``python -m jaiza`` is ``jaiza``."""

from jaiza.cli import main

main()
