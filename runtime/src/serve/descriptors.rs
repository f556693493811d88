//! How many files and sockets this process may have open.
//!
//! Most systems start a program with a soft limit of 1,024 and a hard one far above it: a thousand silent connections
//! would be the end of it. The soft limit is the program's own to raise.

/// Left for everything that is no client: listeners, the bus, the payment provider, pictures, the log, the runtime
/// itself, and connections that were told to go and are not gone yet.
const HOUSE: usize = 96;
/// Descriptors of one database connection: SQLite opens the file and its log for each.
const PER_DATABASE_CONNECTION: usize = 3;
/// The smallest part of the limit that clients get, whatever else was planned for: a quarter.
const LEAST_SHARE: usize = 4;

/// The limit as it was and as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileLimit {
    pub(super) before: usize,
    pub(super) now: usize,
}

impl FileLimit {
    /// Connections that fit below the limit beside `database` connections to the database.
    pub(super) fn slots(self, database: usize) -> usize {
        let ours = HOUSE + database * PER_DATABASE_CONNECTION;
        self.now.saturating_sub(ours).max(self.now / LEAST_SHARE).max(1)
    }
}

/// Raises the soft limit to the hard one, as far as the system lets us.
#[cfg(unix)]
pub(super) fn raise() -> FileLimit {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let number = |limit: Option<u64>| limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    FileLimit { before: number(current), now: number(getrlimit(Resource::Nofile).current) }
}

/// Sockets are no files here, and there is no limit to speak of.
#[cfg(not(unix))]
pub(super) fn raise() -> FileLimit {
    FileLimit { before: usize::MAX, now: usize::MAX }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_what_the_house_leaves() {
        let slots = |now| FileLimit { before: 1, now }.slots(16);
        assert_eq!(slots(1_024), 1_024 - 96 - 48);
        assert_eq!(slots(128), 32);
        assert_eq!(slots(1), 1);
        assert!(slots(usize::MAX) > 1_000_000);
    }
}
