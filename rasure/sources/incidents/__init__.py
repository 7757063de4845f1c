"""A plain table of crimes, one row each, in the words of any force or city."""
