"""The module system: options, their definitions, priorities and history; nothing of whole repositories."""
