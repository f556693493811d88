//! The operator's terminal: questions, answers, and passwords that nobody sees typed.

use crate::console::Failure;
use domain::staff::Password;
use secrecy::{ExposeSecret, SecretString};
use std::{
    io::{self, BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
};

/// Where a password comes from: never from an argument, which the shell's history and `ps` keep.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct PasswordSource {
    /// Reads the password from the first line of a file; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "generate_password")]
    password_file: Option<PathBuf>,
    /// Makes a password up and shows it once.
    #[arg(long)]
    generate_password: bool,
}

/// A password, and whether it is to be shown.
pub(crate) struct Chosen {
    pub(crate) password: SecretString,
    pub(crate) is_made_up: bool,
}

/// Whether somebody sits there who can be asked.
pub(crate) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Says something beside the answer: progress, a question, what is wrong.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Asks, and gives back the line without its end.
pub(crate) fn ask(question: &str) -> Result<String, Failure> {
    let mut errors = io::stderr();
    write!(errors, "{question}: ")?;
    errors.flush()?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err("the terminal was closed before the last answer; nothing was changed".into());
    }
    Ok(line.trim().to_owned())
}

/// Has somebody type a password twice; an empty one may be made up.
fn ask_password(whose: &str) -> Result<Chosen, Failure> {
    loop {
        let typed: SecretString =
            rpassword::prompt_password(format!("{whose} (8 to 128 characters; empty: make one up): "))?.into();
        if typed.expose_secret().is_empty() {
            if ask("Make a password up and show it once? (yes or no)")?.starts_with(['y', 'Y']) {
                return made_up();
            }
            continue;
        }
        if let Err(why) = Password::try_from(typed.expose_secret().to_owned()) {
            say(&format!("The password {why}."));
            continue;
        }
        let again: SecretString = rpassword::prompt_password("The same again: ")?.into();
        if typed.expose_secret() == again.expose_secret() {
            return Ok(Chosen { password: typed, is_made_up: false });
        }
        say("The two differ; once more.");
    }
}

fn made_up() -> Result<Chosen, Failure> {
    let password = operations::account::made_up_password()?;
    Ok(Chosen { password: password.as_str().to_owned().into(), is_made_up: true })
}

/// The first line of a file, or of standard input.
fn first_line(file: &Path) -> Result<SecretString, Failure> {
    let read =
        if file == Path::new("-") { io::read_to_string(io::stdin().lock()) } else { std::fs::read_to_string(file) };
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let text = read.map_err(|error| format!("--password-file: {name} cannot be read: {error}"))?;
    let line = text.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(format!("--password-file: the first line of {name} is empty; it must be the password").into());
    }
    Ok(line.to_owned().into())
}

impl PasswordSource {
    /// The password that the flags name; `None` where nobody but the terminal can tell.
    pub(crate) fn said(&self) -> Result<Option<Chosen>, Failure> {
        match &self.password_file {
            Some(file) => Ok(Some(Chosen { password: first_line(file)?, is_made_up: false })),
            None if self.generate_password => made_up().map(Some),
            None => Ok(None),
        }
    }

    /// The password, asked for at the terminal where no flag names it.
    pub(crate) fn choose(&self, whose: &str) -> Result<Chosen, Failure> {
        match self.said()? {
            Some(chosen) => Ok(chosen),
            None if is_there() => ask_password(whose),
            None => Err(format!("{whose}: there is no terminal to type it at; {HOW}").into()),
        }
    }
}

/// How a password is given without a terminal.
pub(crate) const HOW: &str =
    "say --password-file FILE (`-` for standard input), or --generate-password, which shows it once";
