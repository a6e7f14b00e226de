{ lib, ... }:
let
  base = {
    imports = [ ../inside/base.nix ];
  };
in
{
  containers = {
    front = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.2";
      forwardPorts = [
        {
          protocol = "tcp";
          hostPort = 8080;
          containerPort = 80;
        }
      ];
      config = { ... }: {
        imports = [ base ];
        services.nginx.enable = true;
        networking.firewall.allowedTCPPorts = [ 80 ];
      };
    };
    back = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.3";
      config = base;
    };
    metrics = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.4";
      forwardPorts = [ { hostPort = 9090; } ];
      config = {
        imports = [ base ];
        services.prometheus.enable = true;
        networking.firewall.allowedTCPPorts = [ 9090 ];
      };
    };
    git = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.5";
      forwardPorts = [ { hostPort = 2222; containerPort = 22; } ];
      config = {
        imports = [ base ];
        services.openssh.enable = true;
      };
    };
    edge = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.6";
      config = base;
    };
  };
}
