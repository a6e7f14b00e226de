"""Rules about declarative NixOS containers (systemd-nspawn)."""
