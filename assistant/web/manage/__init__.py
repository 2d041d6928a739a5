"""« Gérer le corpus »: sheets added, removed and restored from a browser, behind a password."""
