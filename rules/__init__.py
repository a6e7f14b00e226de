"""The rules that come with nixlint: one file a rule, grouped by concern."""
