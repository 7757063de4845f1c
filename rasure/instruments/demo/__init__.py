"""`rasure demo`: start everything and take one delivery through the whole product."""
