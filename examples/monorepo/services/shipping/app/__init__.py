"""Sends parcels."""
