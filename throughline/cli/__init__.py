"""The `throughline` command: one file per group of commands, speaking to the services over HTTP."""
