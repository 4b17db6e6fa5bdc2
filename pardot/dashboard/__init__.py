"""The dashboard's pages: views, addresses and tabs."""
