"""The small languages of containers: images, ports, volumes, durations, sizes, flags, files of variables."""
