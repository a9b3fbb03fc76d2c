"""HTTP: routes, their shapes, and how errors are said. Knows the application and nothing below it."""
