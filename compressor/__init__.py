"""Owns models and data: reads, verifies, standardizes, profiles, compresses and measures."""
