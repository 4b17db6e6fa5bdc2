"""The dashboard's pages: views, URLs and tabs."""
