"""How a library is patched when the user imports it, and restored."""
