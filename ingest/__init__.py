"""Owns documents: crawls published results and submits them as evidence."""
