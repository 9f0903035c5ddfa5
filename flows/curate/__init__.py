"""Tools for curators: draft, learn and check outlet profiles, and write the outlet page."""
