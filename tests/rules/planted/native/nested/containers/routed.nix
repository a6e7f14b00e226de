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
      config = { ... }: base;
    };
    back = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.2";
      config = base;
    };
    metrics = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.4";
      forwardPorts = [ { hostPort = 8080; containerPort = 9090; } ];
      config = base;
    };
    git = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "10.50.0.5";
      forwardPorts = [ { hostPort = 22; } ];
      config = base;
    };
    edge = {
      privateNetwork = true;
      hostAddress = "10.50.0.1";
      localAddress = "192.168.20.5";
      config = base;
    };
  };
}
