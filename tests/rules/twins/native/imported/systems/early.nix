{
  services.postgresql.enable = true;
  system.stateVersion = "25.05";
}
