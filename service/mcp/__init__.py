"""Serves the tools of the Model Context Protocol, so that other assistants get exact figures."""
