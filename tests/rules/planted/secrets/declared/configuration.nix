{ config, lib, pkgs, ... }:
{
  imports = [ "${builtins.fetchTarball "https://github.com/Mic92/sops-nix/archive/master.tar.gz"}/modules/sops" "${builtins.fetchTarball "https://github.com/ryantm/agenix/archive/main.tar.gz"}/modules/age.nix" ];
  system.stateVersion = "25.05";
  sops.defaultSopsFile = ./secrets.yaml;
  sops.age.keyFile = ./host.key;
  sops.age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
  age.identityPaths = [ "/etc/ssh/ssh_host_ed25519_key" ./id_deploy ];

  sops.secrets.alice = {
    neededForUsers = true;
    owner = "alice";
  };
  sops.secrets.carol.neededForUsers = true;
  sops.secrets.carol.group = "wheel";
  sops.secrets.bob = { };
  users.users.bob = { isNormalUser = true; hashedPasswordFile = config.sops.secrets.bob.path; };
  users.users.alice = { isNormalUser = true; hashedPasswordFile = config.sops.secrets.alice.path; };

  sops.secrets.k3s = { };
  services.k3s.token = config.sops.secrets.k3s.path;
  services.k3s.enable = true;
  sops.secrets.wifi = { };
  networking.wireless.networks.home.psk = config.sops.placeholder.wifi;
  age.secrets.redis.file = ./redis.age;
  services.redis.servers.cache.requirePass = config.age.secrets.redis.path;
  services.gitea.database.password = "${config.sops.secrets.k3s.path}";

  sops.secrets.smtp.mode = "0444";
  age.secrets.tls = {
    file = ./tls.age;
    mode = "644";
  };
  sops.templates."app.env" = {
    content = "TOKEN=${config.sops.placeholder.smtp}";
    mode = "0644";
  };

  services.restic.backups.all.passwordFile = config.sops.secrets.restic.path;
  services.gitea.mailerPasswordFile = config.sops.secrets."gitea/mail".path;
  services.tailscale.authKeyFile = config.age.secrets.tailscale.path;
}
