//! Arguments and subcommands; the config file.
