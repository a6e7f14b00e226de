"""What a conversion hands from its reader to its emitter: containers to be deployed, and the target they are for."""
