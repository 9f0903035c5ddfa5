"""Subcommands of `kliping`: each parses options, calls one function of another package, and prints what it returns."""
