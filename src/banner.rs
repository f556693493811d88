//! What a newcomer reads first.

use runtime::{BusTarget, DatabaseTarget, Settings};
use std::net::SocketAddr;

/// Where to look, and with the demo restaurant how to log in and what to try.
pub(crate) fn text(settings: &Settings, shows_demo: bool, api: SocketAddr, gateway: SocketAddr) -> String {
    let database = match &settings.database {
        DatabaseTarget::Sqlite(path) => format!("SQLite, {}", path.display()),
        DatabaseTarget::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let bus = match &settings.bus {
        BusTarget::InProcess => "in process",
        BusTarget::Redis(_) => "Redis",
    };
    let mut text = format!(
        "
  Comanda is open.

    API        http://{api}/api          (browse it at http://{api}/docs)
    Gateway    ws://{gateway}/ws/{{waiter,kitchen,admin,diner}}
    Database   {database}
    Events     {bus}
"
    );
    if shows_demo {
        let pay = if settings.sandbox {
            "
    4. Pay a bill in the browser: the demo brings its own Mercado Pago; the README shows how.
"
        } else {
            ""
        };
        text.push_str(&format!(
            "
  Demo restaurant: Buen Sabor, branch `centro`, tables INT-01 … INT-05, TER-01 … TER-03, BAR-01, BAR-02

    admin@demo.com    admin123        manager@demo.com  manager123
    kitchen@demo.com  kitchen123      waiter@demo.com   waiter123

  Things to try:

    1. Read the menu:     curl -s http://{api}/api/public/menu/centro
    2. Sit down:          curl -s -X POST 'http://{api}/api/tables/code/INT-01/session?branch_slug=centro'
    3. Log in as waiter:  curl -s http://{api}/api/auth/login -H 'content-type: application/json' \\
                               -d '{{\"email\":\"waiter@demo.com\",\"password\":\"waiter123\"}}'
{pay}
  The README plays a whole evening from here.
"
        ));
    }
    text
}
