"""Forms of the lead's pages: they check what a browser can get wrong, services check the rest."""
