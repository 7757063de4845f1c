"""A Niche records-management system's reporting extract, in any force's words."""
