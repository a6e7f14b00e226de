"""Rules about OCI containers, ``virtualisation.oci-containers``, whatever engine runs them."""
