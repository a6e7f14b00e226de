"""How secrets are recognised: by names, positions, the look of a value, and the way it takes into the store.

Each module knows one of these and nothing of findings. The tables are data: every entry says why it is there.
"""
