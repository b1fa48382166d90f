"""Exports through connectors to canonical tables, with every row and cell accounted for."""
