//! Flags, environment and files: what they come to, and how a mistake is told.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tidegate::cli::{Environment, settings_of};
use tidegate::domain::fault::Fault;
use tidegate::domain::ids::ProfileName;
use tidegate::model::settings::{Charset, ColorDepth, Mode, Settings};

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/config")
        .join(kind);
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn settle(args: &[&str], environment: &[(&str, &str)]) -> Result<Settings, Vec<Fault>> {
    let args = std::iter::once(&"tidegate").chain(args).map(OsString::from);
    settings_of(args, &environment.iter().copied().collect::<Environment>())
}

fn with_file(file: &Path, args: &[&str]) -> Result<Settings, Vec<Fault>> {
    let config = ["--config", file.to_str().unwrap()];
    settle(&[&config, args].concat(), &[("LANG", "C.UTF-8")])
}

fn good(name: &str, args: &[&str]) -> Settings {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/config/good")
        .join(name);
    with_file(&file, args).unwrap()
}

/// Runs the binary with this environment and no other; no terminal.
fn tidegate(args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidegate"));
    command
        .args(args)
        .env_clear()
        .envs(environment.iter().copied());
    command.stdin(std::process::Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> (i32, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(text).unwrap(),
    )
}

#[test]
fn every_good_config_is_taken() {
    for file in fixtures("good") {
        let settings =
            with_file(&file, &[]).unwrap_or_else(|faults| panic!("{}: {faults:?}", file.display()));
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_debug_snapshot!(format!("good_{name}"), settings);
    }
}

#[test]
fn every_bad_config_is_refused_with_its_place_and_its_mend() {
    let mut told = String::new();
    for file in fixtures("bad") {
        let faults = with_file(&file, &[]).expect_err(&file.display().to_string());
        let directory = format!("{}/", file.parent().unwrap().display());
        for fault in faults {
            assert!(fault.what.as_str().starts_with(&directory), "{fault}");
            told.push_str(&fault.to_string().replace(&directory, ""));
            told.push('\n');
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_flag_comes_before_the_profile_and_the_profile_before_the_file() {
    assert_eq!(good("profiles.toml", &[]).max_tasks, Some(50));
    let prod = good("profiles.toml", &["--profile", "prod"]);
    assert_eq!(
        (prod.max_tasks, prod.theme.as_str()),
        (Some(12), "colorblind")
    );
    let flagged = good(
        "profiles.toml",
        &[
            "--profile",
            "prod",
            "--theme",
            "light",
            "--region",
            "eu-west-1",
        ],
    );
    assert_eq!(
        (flagged.theme.as_str(), flagged.region),
        ("light", Some("eu-west-1".into()))
    );
}

#[test]
fn the_section_of_the_profile_that_aws_tools_would_take_is_in_force() {
    let file = fixtures("good")
        .into_iter()
        .find(|file| file.ends_with("profiles.toml"))
        .unwrap();
    let settings = settle(
        &["--config", file.to_str().unwrap()],
        &[("AWS_PROFILE", "prod")],
    )
    .unwrap();
    assert_eq!((settings.mode, settings.production), (Mode::ReadOnly, true));
    assert_eq!(
        settings.profile, None,
        "AWS_PROFILE stays AWS's own business"
    );
}

#[test]
fn only_write_on_the_command_line_lifts_a_profiles_read_only() {
    let mode = |args: &[&str]| good("profiles.toml", args).mode;
    assert_eq!(mode(&[]), Mode::Write);
    assert_eq!(mode(&["--profile", "prod"]), Mode::ReadOnly);
    assert_eq!(mode(&["--profile", "prod", "--write"]), Mode::Write);
    assert_eq!(
        mode(&["--profile", "prod", "--write", "--read-only"]),
        Mode::ReadOnly
    );
    assert_eq!(mode(&["--read-only"]), Mode::ReadOnly);
}

#[test]
fn switching_the_profile_takes_its_own_mode_and_ceilings() {
    let settings = good("profiles.toml", &["--write"]);
    let prod = settings.under(ProfileName::from("prod"));
    assert_eq!(
        (prod.mode, prod.production, prod.max_tasks),
        (Mode::ReadOnly, true, Some(12))
    );
    let other = prod.under(ProfileName::from("unlisted"));
    assert_eq!(
        (other.mode, other.production, other.max_tasks),
        (Mode::Write, false, Some(50))
    );
    assert_eq!(other.profile, Some(ProfileName::from("unlisted")));
    assert_eq!(
        good("profiles.toml", &["--read-only"])
            .under(ProfileName::from("team b/dev"))
            .mode,
        Mode::ReadOnly
    );
}

#[test]
fn global_flags_work_before_and_after_a_subcommand() {
    for args in [["--theme", "light", "keys"], ["keys", "--theme", "light"]] {
        assert_eq!(settle(&args, &[]).unwrap().theme.as_str(), "light");
    }
}

#[test]
fn the_terminal_decides_colours_and_characters_where_nothing_else_does() {
    let utf8 = [("LANG", "en_US.UTF-8"), ("TERM", "xterm-256color")];
    let auto = settle(&["--color", "auto"], &utf8).unwrap();
    assert_eq!(
        (auto.color, auto.charset),
        (ColorDepth::Ansi256, Charset::Unicode)
    );
    let forced = settle(&["--color", "true", "--ascii"], &utf8).unwrap();
    assert_eq!(
        (forced.color, forced.charset),
        (ColorDepth::True, Charset::Ascii)
    );
    assert_eq!(
        settle(&[], &[("NO_COLOR", "1"), ("TERM", "xterm")])
            .unwrap()
            .color,
        ColorDepth::None
    );
}

#[test]
fn a_run_without_home_has_the_defaults() {
    let settings = settle(&[], &[]).unwrap();
    assert_eq!(
        (
            settings.mode,
            settings.calls_per_minute,
            settings.theme.as_str()
        ),
        (Mode::Write, 120, "default")
    );
}

#[test]
fn a_config_file_that_was_named_must_be_there_and_the_usual_one_need_not() {
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("none.toml");
    let faults = settle(&["--config", missing.to_str().unwrap()], &[]).unwrap_err();
    assert!(
        faults[0].what.as_str().contains("none.toml cannot be read"),
        "{faults:?}"
    );
    assert!(settle(&[], &[("HOME", home.path().to_str().unwrap())]).is_ok());
}

#[test]
fn the_usual_config_file_is_found() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".config/tidegate")).unwrap();
    fs::write(
        home.path().join(".config/tidegate/config.toml"),
        "cluster = 'orchard'\n",
    )
    .unwrap();
    let settings = settle(&[], &[("HOME", home.path().to_str().unwrap())]).unwrap();
    assert_eq!(settings.cluster, Some("orchard".into()));
}

#[test]
fn a_bad_value_is_named_by_its_flag_or_its_variable() {
    let usage = |args: &[&str], environment: &[(&str, &str)]| said(&tidegate(args, environment));
    let mut told = Vec::new();
    for (args, environment) in [
        (&["--refresh", "soon"][..], &[][..]),
        (&["--refresh", "0"], &[]),
        (&[], &[("TIDEGATE_REFRESH", "soon")]),
        (&["--refresh", "soon"], &[("TIDEGATE_REFRESH", "later")]),
        (&["--region", ""], &[]),
        (&["--color", "rgb"], &[]),
        (&["--theme", "ligth"], &[]),
        (&["--refesh", "5s"], &[]),
        (&[], &[("TIDEGATE_READONLY", "1")]),
        (&[], &[("TIDEGATE_READ_ONLY", "maybe")]),
        (&["--endpoint-url", "localhost"], &[]),
        (&["kyes"], &[]),
    ] {
        let (code, text) = usage(args, environment);
        assert_eq!(code, 2, "{args:?} {environment:?}: {text}");
        told.push(format!("{args:?} {environment:?}\n{text}\n"));
    }
    insta::assert_snapshot!(told.concat());
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let (code, text) = said(&tidegate(
        &["keys"],
        &[("TIDEGATE_REGION", ""), ("TIDEGATE_READ_ONLY", "")],
    ));
    assert_eq!(code, 0, "{text}");
    let (_, text) = said(&tidegate(&[], &[("TIDEGATE_REGION", "")]));
    assert!(text.contains("needs a terminal"), "{text}");
}

#[test]
fn without_a_terminal_the_console_names_what_works_without_one() {
    let (code, text) = said(&tidegate(&[], &[("LANG", "C")]));
    assert_eq!(code, 2);
    assert!(
        text.is_ascii() && text.contains("needs a terminal") && text.contains("keys"),
        "{text}"
    );
}

#[test]
fn no_subcommand_writes_a_byte_beyond_ascii_where_the_terminal_knows_no_more() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().to_str().unwrap();
    let utf8 = ("LC_ALL", "C.UTF-8");
    for args in [
        &["journal", "show", "ä→"][..],
        &["journal", "list"],
        &["keys", "--theme", "ä"],
        &["--bogus", "ä"],
        &["sim", "--listen", "0.0.0.0:0"],
        &["sim", "--fault", "ö"],
    ] {
        let plain = tidegate(args, &[("HOME", home), ("LC_ALL", "C")]);
        let asked = tidegate(&[args, &["--ascii"]].concat(), &[("HOME", home), utf8]);
        for output in [plain, asked] {
            let text = said(&output).1;
            assert!(text.is_ascii() && !text.is_empty(), "{args:?}: {text}");
        }
    }
    let whole = said(&tidegate(
        &["journal", "show", "ä→"],
        &[("HOME", home), utf8],
    ))
    .1;
    assert!(whole.contains("ä→"), "{whole}");
}

#[test]
fn keys_tell_of_a_broken_config_as_the_console_does() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/tidegate");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("config.toml"), "regoin = 'x'\n").unwrap();
    let (code, text) = said(&tidegate(
        &["keys"],
        &[("HOME", home.path().to_str().unwrap())],
    ));
    assert!(code == 2 && text.contains("config.toml:1:1"), "{text}");
}

#[test]
fn a_bad_keymap_is_told_by_the_console_and_by_keys() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/tidegate");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("keymap.toml"), "[services]\nscael = ['s']\n").unwrap();
    for args in [&["keys"][..], &[]] {
        let (code, text) = said(&tidegate(args, &[("HOME", home.path().to_str().unwrap())]));
        assert_eq!(code, 2);
        assert!(
            text.contains("keymap.toml:2:1: there is no verb \"scael\""),
            "{text}"
        );
    }
}

#[test]
fn a_theme_of_the_operator_can_be_asked_for_and_a_faulty_one_is_told() {
    let home = tempfile::tempdir().unwrap();
    let themes = home.path().join(".config/tidegate/themes");
    fs::create_dir_all(&themes).unwrap();
    fs::write(themes.join("mine.toml"), "body = 'blue'\n").unwrap();
    fs::write(themes.join("bad.toml"), "body = 'blu'\n").unwrap();
    let run = |theme: &str| {
        said(&tidegate(
            &["--theme", theme],
            &[("HOME", home.path().to_str().unwrap())],
        ))
        .1
    };
    assert!(run("mine").contains("needs a terminal"), "{}", run("mine"));
    assert!(
        run("bad").contains("bad.toml:1:8: there is no colour \"blu\""),
        "{}",
        run("bad")
    );
}

#[test]
fn help_version_completions_and_manual_need_nothing() {
    for (args, expected) in [
        (&["--help"][..], "--endpoint-url"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["completions", "bash"], "complete -F"),
        (&["man"], ".TH tidegate"),
    ] {
        let (code, text) = said(&tidegate(args, &[]));
        assert!(code == 0 && text.contains(expected), "{args:?}: {text}");
        assert!(text.is_ascii(), "{args:?}");
    }
}
