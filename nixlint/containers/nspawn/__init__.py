"""NixOS containers, ``containers.<name>``, which systemd-nspawn runs."""
