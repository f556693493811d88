//! CPU time by process, from `/proc`.

use std::{fs, path::Path};

/// Microseconds of CPU that each side has used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    /// All API processes.
    pub(crate) api_micros: f64,
    /// The postmaster and all its children, the dead ones too.
    pub(crate) postgres_micros: f64,
    /// This process, which is the load.
    pub(crate) own_micros: f64,
}

/// Measures from its start to its stop.
pub(crate) struct Meter {
    api: Vec<u32>,
    postmaster: u32,
    begin: Spent,
}

impl Meter {
    pub(crate) fn start(api: &[u32], postmaster: u32) -> Self {
        Self { api: api.to_vec(), postmaster, begin: read(api, postmaster) }
    }

    pub(crate) fn stop(self) -> Spent {
        let end = read(&self.api, self.postmaster);
        Spent {
            api_micros: end.api_micros - self.begin.api_micros,
            postgres_micros: end.postgres_micros - self.begin.postgres_micros,
            own_micros: end.own_micros - self.begin.own_micros,
        }
    }
}

fn read(api: &[u32], postmaster: u32) -> Spent {
    let children = children(postmaster).into_iter().map(|pid| micros(pid, false)).sum::<f64>();
    Spent {
        api_micros: api.iter().map(|pid| micros(*pid, false)).sum(),
        postgres_micros: micros(postmaster, true) + children,
        own_micros: micros(std::process::id(), false),
    }
}

/// User and system time of a process, with `reaped` also of its children that have ended.
pub(crate) fn micros(pid: u32, reaped: bool) -> f64 {
    // Linux counts in hundredths of a second for every architecture's user space.
    const MICROS_PER_TICK: f64 = 10_000.0;
    let Some(fields) = stat(pid) else { return 0.0 };
    let ticks = fields.iter().skip(11).take(if reaped { 4 } else { 2 });
    ticks.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() * MICROS_PER_TICK
}

/// Resident memory of a process in KiB.
pub(crate) fn resident_kib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// The fields of `/proc/<pid>/stat` after the command's name, which may hold spaces.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(") ")?.1.split(' ').map(str::to_owned).collect())
}

fn children(parent: u32) -> Vec<u32> {
    let entries = fs::read_dir(Path::new("/proc")).into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| stat(*pid).is_some_and(|fields| fields.get(1).is_some_and(|ppid| ppid.parse() == Ok(parent))))
        .collect()
}
