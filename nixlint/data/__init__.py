"""Facts about NixOS options and releases, as data files that name their sources."""
