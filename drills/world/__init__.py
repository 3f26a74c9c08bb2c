"""What drills happen to: real servers on loopback, each a child process of the drill."""
