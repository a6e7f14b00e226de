"""Fixes: how rules write them, the gate that each goes through, and their application."""
