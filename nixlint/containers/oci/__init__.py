"""OCI containers, whatever declares them, and what is known of their images and networks."""
