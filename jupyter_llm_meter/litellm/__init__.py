"""The plugin for LiteLLM's proxy: a hub's limits hold for every call through it, and the key stays there.

`plugin` is what the proxy's configuration names; docs/how-to/gateway.md explains it. Only that module imports
LiteLLM.
"""
