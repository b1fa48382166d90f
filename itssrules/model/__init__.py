"""What the parts share: the canonical model, rules and results as frozen dataclasses. No I/O."""
