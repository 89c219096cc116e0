"""The reference of a `bauplan` command line: what its parser takes, learned from the program.

`program` runs it where it can do nothing but parse, `helptext` reads its `--help`, `hidden` and
`values` ask the parser for what the help leaves out, and `build` puts it all into one document
of `schemas/cli.schema.json`. `pipeline_guard.bauplan_cli.reference` reads such documents.
"""
