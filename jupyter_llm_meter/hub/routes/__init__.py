"""The routes of the hub's service: what users' services post (`relay`), and what people and programs ask."""
