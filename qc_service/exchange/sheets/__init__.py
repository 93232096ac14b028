"""Results from a spreadsheet: the template to fill in, and the reading of what was filled in, row by row."""
