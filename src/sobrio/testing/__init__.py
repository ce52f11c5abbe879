"""Public test doubles: a loopback upstream and fakes for the ports."""
