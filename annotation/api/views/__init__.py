"""Views of about five lines: read, authorise, call one service or lookup, answer."""
