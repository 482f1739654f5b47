"""The machine inside: a dictionary of words, an understanding of sentences, columns of services."""
