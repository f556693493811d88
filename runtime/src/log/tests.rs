//! Writers that stall, break and come back.

use super::*;
use std::sync::mpsc::{Sender, channel};

/// A way out that does what it is told: each write waits for a word.
struct Valve {
    words: Receiver<Option<ErrorKind>>,
    seen: Arc<Mutex<Vec<u8>>>,
}

impl Write for Valve {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.words.recv() {
            Ok(Some(kind)) => Err(kind.into()),
            // Half of it, as a pipe does.
            _ => {
                let half = bytes.len().div_ceil(2);
                self.seen.lock().unwrap().extend_from_slice(&bytes[..half]);
                Ok(half)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What each write comes to.
type Words = Sender<Option<ErrorKind>>;

fn valve() -> (LogWriter, Words, Arc<Mutex<Vec<u8>>>) {
    let (sender, words) = channel();
    let seen = Arc::<Mutex<Vec<u8>>>::default();
    let writer = LogWriter::start(Valve { words, seen: Arc::clone(&seen) });
    (writer, sender, seen)
}

#[test]
fn a_reader_that_stalls_costs_lines_and_no_time() {
    let (writer, words, seen) = valve();
    for number in 0..LINES * 2 {
        writer.put(format!("{number}\n").as_bytes());
    }
    let dropped = writer.0.state.dropped.load(Ordering::Relaxed);
    assert!((LINES as u64 - 1..=LINES as u64).contains(&dropped), "{dropped}");
    writer.flush(Duration::from_millis(20));
    // The reader is back: everything that was kept is there, in order. One line more fits in at whatever moment the
    // writing thread takes the first one away, which on a busy machine is after some were dropped.
    drop(words);
    writer.flush(Duration::from_secs(60));
    let text = String::from_utf8(seen.lock().unwrap().clone()).unwrap();
    let numbers: Vec<usize> = text.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(numbers[..LINES], (0..LINES).collect::<Vec<_>>());
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert_eq!(numbers.len() as u64, 2 * LINES as u64 - dropped);
    assert_eq!(writer.0.state.dropped.load(Ordering::Relaxed), 0, "it was said");
}

#[test]
fn long_lines_are_bounded_by_their_bytes() {
    let (writer, _words, _seen) = valve();
    let long = vec![b'x'; BYTES / 4];
    (0..10).for_each(|_| writer.put(&long));
    assert!(writer.0.state.dropped.load(Ordering::Relaxed) >= 5);
    assert!(writer.0.state.bytes.load(Ordering::Relaxed) <= BYTES);
}

#[test]
fn a_full_disk_garbles_nothing() {
    let (writer, words, seen) = valve();
    for word in [None, Some(ErrorKind::StorageFull), Some(ErrorKind::StorageFull), Some(ErrorKind::WouldBlock)] {
        words.send(word).unwrap();
    }
    drop(words);
    ["first\n", "second\n", "third\n"].into_iter().for_each(|line| writer.put(line.as_bytes()));
    writer.flush(Duration::from_secs(60));
    assert_eq!(String::from_utf8_lossy(&seen.lock().unwrap()), "fir\nthird\n");
}

#[test]
fn a_closed_pipe_is_written_to_in_vain_and_nobody_waits() {
    let (reader, pipe) = io::pipe().unwrap();
    drop(reader);
    let writer = LogWriter::start(pipe);
    (0..100).for_each(|_| writer.put(b"line\n"));
    writer.flush(Duration::from_secs(60));
    assert_eq!(writer.0.state.dropped.load(Ordering::Relaxed), 100);
}
