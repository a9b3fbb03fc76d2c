"""Measurements of the service against labelled data, run by hand."""
