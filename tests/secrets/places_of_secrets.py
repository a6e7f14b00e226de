"""Places where people write secrets, each as a file with a secret in it. ``@S@`` stands for the secret."""

from __future__ import annotations

KEY_BLOCK = "-----BEGIN OPENSSH PRIVATE KEY-----\n@S@\n@S@\n-----END OPENSSH PRIVATE KEY-----"

NIX = {
    # The place, and what is written there. Each file gets a container on the same line, about which something is found.
    "option": 'services.app.settings.password = "@S@";',
    "option-on-the-next-line": 'services.app.settings.password =\n  "@S@";',
    "forced": 'services.app.settings.password = lib.mkForce "@S@";',
    "conditional": 'services.app.settings.x = lib.mkIf (config.app.password == "@S@") "y";',
    "user": 'users.users.root.initialPassword = "@S@";',
    "psk": 'networking.wireless.networks.home.psk = "@S@";',
    "wireguard": 'networking.wireguard.interfaces.wg0.privateKey = "@S@";',
    "unit-environment": 'systemd.services.a.environment.SESSION_COOKIE = "@S@";',
    "unit-command": 'systemd.services.a.serviceConfig.ExecStart = "/bin/a --token @S@ --verbose";',
    "unit-script": "systemd.services.a.script = ''\n  curl -H \"Authorization: Bearer @S@\" https://a.example.org\n'';",
    "unit-mysql": "systemd.services.a.script = ''\n  mysqladmin -u root -p@S@ ping\n'';",
    "list-of-variables": 'services.app.environment = [ "PORT=80" "API_KEY=@S@" ];',
    "name-and-value": 'services.app.extraEnv = [ { name = "DB_PASSWORD"; value = "@S@"; } ];',
    "below-a-name": 'services.app.credentials = { first = "@S@"; second = [ "@S@" ]; };',
    "container-environment": 'virtualisation.oci-containers.containers.q = { image = "a:1"; environment.JWT = "@S@"; };',
    "container-command": (
        'virtualisation.oci-containers.containers.q = { image = "a:1"; cmd = [ "serve" "--requirepass" "@S@" ]; };'
    ),
    "container-flag": (
        'virtualisation.oci-containers.containers.q = { image = "a:1"; extraOptions = [ "--env=DB_PASSWORD=@S@" ]; };'
    ),
    "health-command": (
        'virtualisation.oci-containers.containers.q = { image = "a:1"; '
        'extraOptions = [ "--health-cmd=mysqladmin ping -p@S@" "--privileged" ]; };'
    ),
    "write-text": 'environment.etc.a.source = pkgs.writeText "admin-password" "@S@";',
    "lines-of-a-file": "environment.etc.b.text = ''\n  user = app\n  password = @S@\n  port = 80\n'';",
    "file-named-as-a-secret": 'environment.etc."admin-pass".text = "@S@";',
    "words-of-a-file": "environment.etc.c.text = ''\n  requirepass @S@\n  rpcpassword \"@S@\"\n'';",
    "key": "environment.etc.d.text = ''\n  " + KEY_BLOCK.replace("\n", "\n  ") + "\n'';",
    "url": 'services.app.settings.database = "postgres://app:@S@@db/app";',
    "query": 'services.app.settings.feed = "https://a.example.org/feed?token=@S@&page=2";',
    "sql": "services.postgresql.initialScript = pkgs.writeText \"init.sql\" ''\n  ALTER USER a WITH PASSWORD '@S@';\n'';",
    "dsn": 'services.app.settings.dsn = "host=db user=app password=@S@ dbname=app";',
    "sum": 'services.app.settings.flags = "--password=" + "@S@";',
    "json-in-a-string": 'services.app.settings.text = "{\\"password\\":\\"@S@\\"}";',
    "to-json": 'services.app.settings.json = builtins.toJSON { password = "@S@"; };',
    "hash": 'users.users.root.hashedPassword = "$6$saltsalt$@S@@S@";',
    "comment": "# the old password: @S@\n  services.app.settings.y = 1;",
    "block-comment": '/* services.app.password = "@S@"; */ services.app.settings.z = 1;',
    "mount-options": 'fileSystems."/nas".options = [ "username=a,password=@S@" ];',
    "number": "services.app.settings.pin = 4711;",
}

LET = {
    # Bound, and used where its name is gone.
    "used-in-an-option": ('dbPassword = "@S@";', 'services.app.settings.connection = "app:${dbPassword}";'),
    "used-in-a-volume": (
        'adminToken = "@S@";',
        'virtualisation.oci-containers.containers.q = { image = "a:1"; volumes = [ "/srv/${adminToken}:/x" ]; };',
    ),
    "used-in-an-image": (
        'adminToken = "@S@";',
        'virtualisation.oci-containers.containers.q = { image = "reg.example.org/${adminToken}/a"; ports = [ "80:80" ]; };',
    ),
    "imported": (
        "data = lib.importJSON ./imported.json;",
        'services.app.settings.w = "pre-${data.database.password}"; services.app.settings.v = data;',
    ),
    "from-a-file-beside": (
        "data = import ./imported.nix;",
        'services.app.settings.u = "pre-${data.password}"; services.app.settings.t = data;',
    ),
}

BROKEN = {
    "assignment": '{\n  services.foo.password = "@S@"\n  a = 1;\n}\n',
    "on-the-next-line": '{\n  services.foo.password =\n    "@S@"\n  a = 1;\n}\n',
    "list": '{\n  cmd = [ "--token" "@S@" ]\n  a = ;\n}\n',
    "lines": "{\n  text = ''\n    password = @S@\n    token: @S@\n  ''\n  a = ;\n}\n",
    "comment": "{ # password: @S@\n  a = ;\n}\n",
}

COMPOSE = """\
# password: @S@
x-login: &login
  password: @S@
services:
  web:
    image: example.org/web:1
    privileged: true # token=@S@
    environment:
      DB_PASSWORD: @S@
      SESSION_COOKIE: @S@
      DATABASE_URL: postgres://me:@S@@db/app
    command: ["serve", "--token", "@S@", "--requirepass=@S@"]
    healthcheck:
      test: ["CMD", "mysqladmin", "ping", "-p@S@"]
    labels:
      hook: https://me:@S@@example.org/
      api_token: @S@
    ports: ["8080:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
  db:
    image: postgres
    network_mode: host
    environment:
      - POSTGRES_PASSWORD=@S@
      - API_KEY=@S@
    command: >
      sh -c "mysql -u root -p@S@ && curl -u admin:@S@ https://a.example.org"
    build:
      context: .
      args: { NPM_TOKEN: "@S@" }
    logging:
      driver: splunk
      options: { splunk-token: "@S@" }
configs:
  settings:
    content: |
      user = app
      password = @S@
volumes:
  nas:
    driver_opts: { type: cifs, device: //nas/a, o: "username=a,password=@S@" }
"""

BROKEN_COMPOSE = {
    "variable": "services:\n  a:\n    image: a\n    environment:\n      - DB_PASSWORD=@S@${\n",
    "include": 'include: ["https://u:@S@@h.example.org/f.yaml"]\nservices:\n  a: { image: a }\n',
    "yaml": "services:\n  a:\n    image: a\n    environment:\n      DB_PASSWORD: @S@: @S@\n     x: [\n",
    "port": 'services:\n  a:\n    image: a\n    ports: ["${TOKEN:-@S@}:80"]\n',
    "type": 'services:\n  a:\n    image: a\n    environment:\n      DB_PASSWORD: ["@S@"]\n',
}

DATA = {
    "imported.json": '{"database": {"password": "@S@", "host": "db"}, "items": [{"token": "@S@"}]}\n',
    "imported.nix": '{ password = "@S@"; host = "db"; }\n',
}
