"""nixlint checks, fixes and converts NixOS container configuration.

The rooms below this package and what each may know are described in ``docs/architecture.md``.
"""

__version__ = "0.1.0"
