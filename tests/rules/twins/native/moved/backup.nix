{
  services.restic.backups.nightly = {
    repository = "/mnt/backup";
    passwordFile = "/root/restic";
    paths = [
      "/home"
      "/var/lib/nixos-containers/pass/var/lib/vaultwarden"
    ];
  };
  services.borgbackup.jobs.weekly.paths = "/var/lib/hass";
  services.borgbackup.jobs.weekly.repo = "/mnt/borg";
  services.borgbackup.jobs.weekly.encryption.mode = "none";

  containers.pass.config = {
    system.stateVersion = "25.05";
    services.vaultwarden.enable = true;
  };
  containers.home = {
    bindMounts."/var/lib/hass".isReadOnly = false;
    config = {
      system.stateVersion = "25.05";
      services.home-assistant.enable = true;
    };
  };
}
