{ config, lib, pkgs, ... }:
{
  imports = [ ./services.nix ];

  users.users.ada = {
    isNormalUser = true;
    hashedPasswordFile = config.sops.secrets.ada-password.path;
    openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGT0hTe2vPzF0p3ZyX1rJd4nq2bMhq8m4sZ0m3sLxUQk ada" ];
  };

  sops.secrets.ada-password.neededForUsers = true;
  sops.secrets.smtp = { };
  sops.secrets.grafana.owner = "grafana";
  sops.secrets.broker.owner = "mosquitto";
  sops.secrets."cloud/admin".owner = "nextcloud";

  users.users.backup = {
    isSystemUser = true;
    hashedPassword = "!";
  };

  systemd.services.report = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.LoadCredential = "smtp:${config.sops.secrets.smtp.path}";
    environment.SMTP_PASSWORD_FILE = "%d/smtp";
    script = "${pkgs.hello}/bin/hello";
  };

  containers.cloud = {
    bindMounts."/run/secrets/cloud-admin".hostPath = config.sops.secrets."cloud/admin".path;
    config = { pkgs, ... }: {
      services.nextcloud = {
        enable = true;
        hostName = "cloud.example";
        config.adminpassFile = "/run/secrets/cloud-admin";
      };
      system.stateVersion = "25.05";
    };
  };

  containers.ledger.config = { ... }: {
    users.users.root.hashedPasswordFile = "/run/keys/root";
    system.stateVersion = "25.05";
  };

  containers.queue.config = { ... }: {
    services.rabbitmq.enable = true;
    systemd.services.consumer.serviceConfig = {
      Environment = [ "AMQP_USER=queue" ];
      EnvironmentFile = "/run/keys/queue.env";
    };
    system.stateVersion = "25.05";
  };
}
