{ config, lib, pkgs, ... }:
{
  imports = [ ./services.nix ];

  users.users.ada = {
    isNormalUser = true;
    initialPassword = "hunter2hunter2";
  };

  users.users.backup.password = "hunter2-backup";

  systemd.services.report = {
    wantedBy = [ "multi-user.target" ];
    environment.SMTP_PASSWORD = "hunter2-smtp";
    script = "${pkgs.hello}/bin/hello";
  };

  containers.cloud = {
    config = { pkgs, ... }: {
      services.nextcloud = {
        enable = true;
        hostName = "cloud.example";
        config.adminpassFile = "${pkgs.writeText "adminpass" "hunter2-cloud"}";
      };
      system.stateVersion = "25.05";
    };
  };

  containers.ledger.config = { ... }: {
    users.users.root.password = "hunter2-root";
    system.stateVersion = "25.05";
  };

  containers.queue.config = { ... }: {
    services.rabbitmq.enable = true;
    systemd.services.consumer.serviceConfig.Environment = [ "AMQP_PASSWORD=hunter2-queue" ];
    system.stateVersion = "25.05";
  };
}
