"""The page in the browser: templates for the frame of each view, and static files that fill it from ``/v1``."""
