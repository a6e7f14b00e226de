"""The rule API, the registry, the runner, suppressions and the application of fixes; nothing of any one rule."""
