//! One test body, two ways to run: what holds for the file and the single process must hold for the cluster.

use std::path::Path;
use std::time::Duration;

use crate::{App, AppOptions, amount};

/// How the program under test is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One process `comanda serve`, SQLite, the bus in memory.
    Embedded,
    /// `comanda api` and `comanda ws-gateway` apart, PostgreSQL, Redis.
    Distributed,
}

/// Seconds after which a test is given up, unless `COMANDA_TEST_SECONDS` says otherwise, as `scripts/soak` does. No
/// sample needs as long; one that does hangs, and a hang must say where.
const PATIENCE: u64 = 600;

/// Starts the program, plays `body` against it on a multi-threaded runtime and takes everything down again.
///
/// The tests do not call this: [`both_modes!`](crate::both_modes) does.
///
/// # Panics
/// When the body does, or takes longer than ten minutes, or what `COMANDA_TEST_SECONDS` says; the logs of the processes
/// are printed then.
pub fn play<Body>(binary: &str, mode: Mode, options: AppOptions, body: impl FnOnce(App) -> Body)
where
    Body: Future<Output = ()>,
{
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a machine that can run threads");
    runtime.block_on(async {
        let app = App::start_with(Path::new(binary), mode, options).await;
        let mut body = std::pin::pin!(body(app));
        // By reference, so that the app is still alive, and prints its logs, while the panic unwinds.
        let patience = Duration::from_secs(amount("COMANDA_TEST_SECONDS", PATIENCE));
        assert!(tokio::time::timeout(patience, &mut body).await.is_ok(), "the test took longer than {patience:?}");
    });
}

/// Turns each `async fn name(app: App) { … }` into two tests, `name::embedded` and `name::distributed`.
///
/// Options go where a default would: `async fn name(app: App = AppOptions::default().api_processes(2)) { … }`.
#[macro_export]
macro_rules! both_modes {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: App $(= $options:expr)?) $body:block)*) => { $(
        $crate::test_in!([embedded Embedded, distributed Distributed] $(#[$meta])* $name $app ($crate::options_or_default!($($options)?)) $body);
    )* };
}

/// [`both_modes!`](crate::both_modes) for what only a cluster can show: a dead Redis, a second API process, the wire to
/// PostgreSQL.
#[macro_export]
macro_rules! distributed_only {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: App $(= $options:expr)?) $body:block)*) => { $(
        $crate::test_in!([distributed Distributed] $(#[$meta])* $name $app ($crate::options_or_default!($($options)?)) $body);
    )* };
}

/// [`both_modes!`](crate::both_modes) for what only the demo has: a payment provider of its own.
#[macro_export]
macro_rules! embedded_only {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: App $(= $options:expr)?) $body:block)*) => { $(
        $crate::test_in!([embedded Embedded] $(#[$meta])* $name $app ($crate::options_or_default!($($options)?)) $body);
    )* };
}

#[doc(hidden)]
#[macro_export]
macro_rules! test_in {
    ([$($test:ident $mode:ident),*] $(#[$meta:meta])* $name:ident $app:ident ($options:expr) $body:block) => {
        mod $name {
            #[allow(unused_imports, reason = "a body may need nothing of what its file imports")]
            use super::*;

            async fn body($app: $crate::App) $body

            fn options() -> $crate::AppOptions {
                $options
            }

            $crate::test_in!(@each [$($test $mode),*] [$(#[$meta])*]);
        }
    };
    (@each [$($test:ident $mode:ident),*] $metas:tt) => { $( $crate::test_in!(@one $test $mode $metas); )* };
    (@one $test:ident $mode:ident [$(#[$meta:meta])*]) => {
        $(#[$meta])*
        #[test]
        fn $test() {
            $crate::play(env!("CARGO_BIN_EXE_comanda"), $crate::Mode::$mode, options(), body);
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! options_or_default {
    () => {
        $crate::AppOptions::default()
    };
    ($options:expr) => {
        $options
    };
}
