//! `tidegate man`: one page for the whole, because it is installed as one.

use super::args::{Cli, NOTES};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io::{self, Write};

/// Writes the page.
pub fn write(out: &mut dyn Write) -> io::Result<()> {
    let man = Man::new(Cli::command());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    let mut roff = Roff::new();
    subcommands(&mut roff);
    notes(&mut roff);
    roff.to_writer(out)?;
    man.render_version_section(out)
}

/// What each does and takes; there are no pages of their own to point to.
fn subcommands(roff: &mut Roff) {
    roff.control("SH", ["SUBCOMMANDS"]);
    let mut whole = Cli::command();
    whole.build();
    for command in whole.get_subcommands() {
        subcommand(roff, "", command);
    }
}

fn subcommand(roff: &mut Roff, before: &str, command: &Command) {
    let name = format!("{before}{}", command.get_name());
    roff.control("TP", []);
    roff.text([bold(format!("tidegate {name}")), roman(takes(command))]);
    roff.text([roman(about(command))]);
    for one in command.get_subcommands() {
        subcommand(roff, &format!("{name} "), one);
    }
}

/// Its own arguments, as one writes them.
fn takes(command: &Command) -> String {
    let own = command
        .get_arguments()
        .filter(|arg| !arg.is_global_set() && arg.get_id() != "help");
    own.fold(String::new(), |said, arg| said + " " + &arg.to_string())
}

fn about(command: &Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The notes of `--help`, each under a heading.
fn notes(roff: &mut Roff) {
    for (title, text) in NOTES {
        match title {
            "" => roff.control("SH", ["NOTES"]),
            title => roff.control("SH", [title.to_uppercase().as_str()]),
        };
        roff.control("nf", []);
        for line in text.lines() {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap().replace("\\-", "-")
    }

    #[test]
    fn options_name_their_variables_and_notes_have_headings() {
        let page = page();
        for part in [
            "TIDEGATE_REFRESH",
            ".SH FILES",
            ".SH \"EXIT CODES\"",
            "tidegate journal show",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn nothing_points_to_a_page_that_is_not_there() {
        let page = page();
        assert!(!page.contains("(1)") && !page.contains("EXTRA"), "{page}");
    }
}
