"""One module per subcommand, each with one click command of the module's name."""
