"""Python programs in Nix strings: how such a string reads as Python, where each piece of it stands in the Nix file, and what
the scripts of NixOS tests do. It knows no rules; what the test driver has is data (``nixlint/data/test_driver.json``).
"""
