{
  services.restic.backups.nightly = {
    repository = "/mnt/backup";
    passwordFile = "/root/restic";
    paths = [
      "/home"
      "/var/lib/vaultwarden"
      "/var/lib/nixos-containers/pass/var/lib/other"
    ];
  };
  services.borgbackup.jobs.weekly.paths = "/var/lib/hass";
  services.borgbackup.jobs.weekly.repo = "/mnt/borg";
  services.borgbackup.jobs.weekly.encryption.mode = "none";

  containers.pass.config = {
    system.stateVersion = "25.05";
    services.vaultwarden.enable = true;
  };
  containers.home.config = {
    system.stateVersion = "25.05";
    services.home-assistant.enable = true;
  };
}
