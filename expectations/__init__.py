"""Great Expectations suites as reviewed JSON, named after the table they guard."""
