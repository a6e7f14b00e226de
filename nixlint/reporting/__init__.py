"""Reports: findings as text and as JSON; nothing here knows how they were found."""
