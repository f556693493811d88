//! Standard error behind a queue: a log that cannot be written costs lines, never an answer.
//!
//! Whoever logs puts a line into a bounded queue and goes on; one thread writes. A reader that stalls fills the queue,
//! a closed pipe or a full disk fails the write: either way lines are dropped and counted (`log_lines_dropped_total`),
//! and when it works again one line says how many. Nothing here fails and nothing waits, so that no request and no loop
//! depends on whoever reads the log.

use std::{
    io::{self, ErrorKind, Write},
    sync::{
        Arc, Condvar, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};
use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait to be written.
const LINES: usize = 16_384;
/// Their bytes.
const BYTES: usize = 8 * 1024 * 1024;
/// How long a terminal that is not ready is left alone.
const NOT_READY: Duration = Duration::from_millis(10);

/// Puts lines into the queue; cheap to clone.
#[derive(Clone, Debug)]
pub struct LogWriter(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: SyncSender<Vec<u8>>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes in the queue.
    bytes: AtomicUsize,
    /// Lines put into the queue, ever.
    taken: AtomicU64,
    /// Lines dropped that nobody was told of.
    dropped: AtomicU64,
    /// Lines that left the queue, written or not.
    done: Mutex<u64>,
    progress: Condvar,
}

impl State {
    fn drop_line(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("log_lines_dropped_total").increment(1);
    }

    /// Whether what is said about the queue finds a place in it.
    fn has_room(&self) -> bool {
        let waiting = self.taken.load(Ordering::Relaxed).saturating_sub(*self.done());
        waiting < LINES as u64 / 2 && self.bytes.load(Ordering::Relaxed) < BYTES / 2
    }

    fn done(&self) -> std::sync::MutexGuard<'_, u64> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogWriter {
    /// The queue of this process's standard error; the first call starts its thread.
    pub fn of_process() -> &'static Self {
        static OF_PROCESS: OnceLock<LogWriter> = OnceLock::new();
        OF_PROCESS.get_or_init(|| Self::start(StandardError))
    }

    fn start(out: impl Write + Send + 'static) -> Self {
        let (queue, lines) = sync_channel(LINES);
        let state = Arc::<State>::default();
        let for_thread = Arc::clone(&state);
        // Without a thread (a machine out of them) the receiver is gone and every line counts as dropped.
        let _ = thread::Builder::new().name("log".into()).spawn(move || write_lines(out, &lines, &for_thread));
        Self(Arc::new(Shared { queue, state }))
    }

    /// Puts one line, or several, into the queue; drops it when the queue is full.
    pub fn put(&self, line: &[u8]) {
        let Shared { queue, state } = &*self.0;
        if state.bytes.fetch_add(line.len(), Ordering::Relaxed) + line.len() <= BYTES
            && queue.try_send(line.to_vec()).is_ok()
        {
            state.taken.fetch_add(1, Ordering::Release);
        } else {
            state.bytes.fetch_sub(line.len(), Ordering::Relaxed);
            state.drop_line();
        }
    }

    /// Waits until what was put so far is written or dropped, at most for `patience`.
    pub fn flush(&self, patience: Duration) {
        let state = &self.0.state;
        let upto = state.taken.load(Ordering::Acquire);
        let _ = state.progress.wait_timeout_while(state.done(), patience, |done| *done < upto);
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(self.clone())
    }
}

/// Takes what the subscriber formats: one whole line a call.
#[derive(Debug)]
pub struct Line(LogWriter);

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The thread: writes what comes, and says what was lost once writing works again and the queue has room.
fn write_lines(mut out: impl Write, lines: &Receiver<Vec<u8>>, state: &State) {
    let mut torn = false;
    for line in lines {
        state.bytes.fetch_sub(line.len(), Ordering::Relaxed);
        match write_line(&mut out, &line, &mut torn) {
            Ok(()) if state.has_room() => {
                let lines = state.dropped.swap(0, Ordering::Relaxed);
                if lines > 0 {
                    tracing::warn!(lines, "the log could not be written for a while; these lines are lost");
                }
            }
            Ok(()) => {}
            Err(_) => state.drop_line(),
        }
        *state.done() += 1;
        state.progress.notify_all();
    }
}

/// Writes a line on a line of its own: what a full disk cut off must not garble the next one.
fn write_line(out: &mut impl Write, line: &[u8], torn: &mut bool) -> io::Result<()> {
    if *torn {
        write_all(out, b"\n")?;
        *torn = false;
    }
    let mut written = 0;
    let result = write_counting(out, line, &mut written);
    *torn = result.is_err() && written > 0;
    result
}

fn write_all(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write_counting(out, bytes, &mut 0)
}

fn write_counting(out: &mut impl Write, bytes: &[u8], written: &mut usize) -> io::Result<()> {
    while *written < bytes.len() {
        match out.write(&bytes[*written..]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(more) => *written += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(NOT_READY),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Standard error without the lock of `std`: while this thread waits for a reader it would be held, and whoever else
/// writes there would wait too.
struct StandardError;

impl Write for StandardError {
    #[cfg(unix)]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(rustix::stdio::stderr(), bytes)?)
    }

    #[cfg(not(unix))]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stderr().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Prints `text` to standard output from a thread of its own and waits for nothing: whoever reads it may have gone, or
/// read no further.
pub fn announce(text: String) {
    let print = move || {
        let _ = writeln!(io::stdout(), "{text}");
    };
    let _ = thread::Builder::new().name("banner".into()).spawn(print);
}

/// Panics are told to the log like anything else; the default goes to standard error by itself and waits for it.
pub(crate) fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let text = panic.payload_as_str().unwrap_or("unknown");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = thread::current();
        tracing::error!(panic = text, place, thread = thread.name().unwrap_or("unnamed"), "panicked");
    }));
}

#[cfg(test)]
mod tests;
