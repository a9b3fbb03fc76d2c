"""The prompts, one file per step. Read by `service.adapters.prompt_files`."""
