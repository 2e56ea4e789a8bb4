"""Forms of the lead's pages. They check what a browser can get wrong; services check the rest."""
