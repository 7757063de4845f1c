"""data.police.uk: street-level crime, outcomes, and stop and search, month by month."""
