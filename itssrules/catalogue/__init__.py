"""Rule files to rules: heads, loading checks, the lint against false greens, cases."""
