"""`python -m itssrules`."""

from itssrules.cli import main

main()
