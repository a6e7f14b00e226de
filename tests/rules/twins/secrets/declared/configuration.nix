{ config, lib, pkgs, ... }:
{
  imports = [ "${builtins.fetchTarball "https://github.com/Mic92/sops-nix/archive/master.tar.gz"}/modules/sops" "${builtins.fetchTarball "https://github.com/ryantm/agenix/archive/main.tar.gz"}/modules/age.nix" ];
  system.stateVersion = "25.05";
  sops.defaultSopsFile = ./secrets.yaml;
  sops.age.keyFile = "/var/lib/sops/host.key";
  sops.age.sshKeyPaths = [ "/etc/ssh/ssh_host_ed25519_key" ];
  age.identityPaths = [ "/etc/ssh/ssh_host_ed25519_key" "/root/id_deploy" ];

  sops.secrets.alice = {
    neededForUsers = true;
    owner = "root";
  };
  sops.secrets.carol.owner = "carol";
  sops.secrets.carol.group = "wheel";
  sops.secrets.bob.neededForUsers = true;
  users.users.bob = { isNormalUser = true; hashedPasswordFile = config.sops.secrets.bob.path; };
  users.users.alice = { isNormalUser = true; hashedPasswordFile = config.sops.secrets.alice.path; };

  sops.secrets.k3s = { };
  services.k3s.tokenFile = config.sops.secrets.k3s.path;
  services.k3s.enable = true;
  sops.secrets.wifi = { };
  networking.wireless.secretsFile = config.sops.templates."wifi.conf".path;
  sops.templates."wifi.conf".content = "psk=${config.sops.placeholder.wifi}";
  age.secrets.redis.file = ./redis.age;
  services.redis.servers.cache.requirePassFile = config.age.secrets.redis.path;

  sops.secrets.smtp.mode = "0440";
  age.secrets.tls = {
    file = ./tls.age;
    mode = "640";
  };
  sops.templates."app.env" = {
    content = "TOKEN=${config.sops.placeholder.smtp}";
    mode = "0400";
  };
  sops.secrets.ca-certificate = { mode = "0444"; };

  sops.secrets.restic = { };
  sops.secrets."gitea/mail".owner = "gitea";
  age.secrets.tailscale.file = ./tls.age;
  services.restic.backups.all.passwordFile = config.sops.secrets.restic.path;
  services.gitea.mailerPasswordFile = config.sops.secrets."gitea/mail".path;
  services.tailscale.authKeyFile = config.age.secrets.tailscale.path;
}
