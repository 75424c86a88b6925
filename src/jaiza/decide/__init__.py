"""From scores to decisions: grades, priorities, plans, change."""
