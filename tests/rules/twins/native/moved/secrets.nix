{ config, ... }:
{
  imports = [ "${builtins.fetchTarball "https://github.com/Mic92/sops-nix/archive/master.tar.gz"}/modules/sops" ];
  sops.defaultSopsFile = ./secrets.yaml;
  sops.secrets.paperless-admin = { };
  sops.secrets.mail = { };
  sops.secrets.vpn = { };

  containers.paper = {
    bindMounts."/run/secrets/mail" = { };
    bindMounts.${config.sops.secrets.paperless-admin.path} = { };
    bindMounts."/tunnel" = { hostPath = config.sops.secrets.vpn.path; };
    config = {
      system.stateVersion = "25.05";
      services.paperless = {
        enable = true;
        passwordFile = config.sops.secrets.paperless-admin.path;
      };
      services.msmtp.accounts.default.passwordeval = "cat ${config.sops.secrets.mail.path}";
      systemd.services.tunnel.serviceConfig.EnvironmentFile = "/tunnel";
    };
  };

  containers.chat.config = { config, ... }: {
    imports = [ "${builtins.fetchTarball "https://github.com/Mic92/sops-nix/archive/master.tar.gz"}/modules/sops" ];
    system.stateVersion = "25.05";
    sops.age.keyFile = "/var/lib/sops/key";
    sops.secrets.chat.sopsFile = ./chat.yaml;
    services.mattermost.environmentFile = config.sops.secrets.chat.path;
  };

  containers.keys.config = { config, ... }: {
    imports = [ "${builtins.fetchTarball "https://github.com/ryantm/agenix/archive/main.tar.gz"}/modules/age.nix" ];
    system.stateVersion = "25.05";
    age.secrets.signing.file = ./signing.age;
  };

  containers.feed = {
    bindMounts."/run/secrets" = { };
    config = {
      system.stateVersion = "25.05";
      services.miniflux = {
        enable = true;
        adminCredentialsFile = "/run/secrets/mail";
      };
    };
  };
}
