"""What a program would do, told by its arguments: `argv` is the front."""
