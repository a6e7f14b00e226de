{
  services.postgresql.enable = true;
  services.postgresql.enableTCPIP = true;
  services.mysql.enable = true;

  containers.forum = {
    privateNetwork = true;
    hostAddress = "10.41.0.1";
    localAddress = "10.41.0.2";
    bindMounts."/run/postgresql" = { };
    config = { lib, ... }: {
      system.stateVersion = "25.05";
      networking.useHostResolvConf = false;
      networking.nameservers = [ "9.9.9.9" ];
      services.discourse = {
        enable = true;
        database.createLocally = false;
        database.host = "/run/postgresql";
      };
      systemd.services.importer.environment.DATABASE_URL = "postgres://forum@10.41.0.1:5432/forum";
    };
  };

  containers.shop.config = {
    system.stateVersion = "25.05";
    services.mysql.enable = true;
    services.nextcloud = {
      enable = true;
      hostName = "shop.example.org";
      database.createLocally = false;
      config.dbtype = "mysql";
      config.dbhost = "localhost:/run/mysqld/mysqld.sock";
    };
  };
}
