"""What the exports cover: the declared windows, and what speaks against their being whole."""

from itssrules.intake.coverage.measure import measure
from itssrules.intake.coverage.windows import NOT_DECLARED

__all__ = ["NOT_DECLARED", "measure"]
