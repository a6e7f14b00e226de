{ config, ... }:
{
  imports = [ "${builtins.fetchTarball "https://github.com/Mic92/sops-nix/archive/master.tar.gz"}/modules/sops" ];
  sops.defaultSopsFile = ./secrets.yaml;
  sops.secrets.paperless-admin = { };
  sops.secrets.mail = { };
  sops.secrets.vpn = { };

  containers.paper = {
    bindMounts."/run/secrets/mail" = { };
    config = {
      system.stateVersion = "25.05";
      services.paperless = {
        enable = true;
        passwordFile = config.sops.secrets.paperless-admin.path;
      };
      services.msmtp.accounts.default.passwordeval = "cat ${config.sops.secrets.mail.path}";
      systemd.services.tunnel.serviceConfig.EnvironmentFile = config.sops.secrets.vpn.path;
    };
  };

  containers.chat.config = { config, ... }: {
    system.stateVersion = "25.05";
    sops.secrets.chat.sopsFile = ./chat.yaml;
    services.mattermost.environmentFile = config.sops.secrets.chat.path;
  };

  containers.keys.config = { config, ... }: {
    system.stateVersion = "25.05";
    age.secrets.signing.file = ./signing.age;
  };

  containers.feed.config = {
    system.stateVersion = "25.05";
    services.miniflux = {
      enable = true;
      adminCredentialsFile = "/run/secrets/mail";
    };
  };
}
