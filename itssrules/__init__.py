"""itssrules: checks ITSM exports against ITSS process checkpoints, record by record."""

__version__ = "0.2.0"
