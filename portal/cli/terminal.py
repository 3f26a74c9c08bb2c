"""Who acts where a command is typed."""

from billing.actors import Actor

TERMINAL = Actor(type="system", name="Command line")
