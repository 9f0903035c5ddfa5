"""HTML pages: parsed tree -> text blocks -> features, classification and marks."""
