"""What keeps a home alive: backups, restoring, upgrades, figures for monitoring."""
