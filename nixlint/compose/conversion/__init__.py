"""From a loaded Compose project to the containers that it deploys."""
