//! The console: prints a command's result, and the error that ends the program.

/// An error that ends the program.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Prints to standard output; a closed pipe (`comanda openapi | head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write};
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
