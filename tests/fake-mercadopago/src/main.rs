//! The fake as a program: `cargo run -p fake-mercadopago -- --listen 127.0.0.1:8090 --seller MLA:ARS:900100201`.

use std::io::Write as _;
use std::net::SocketAddr;

use clap::Parser;
use fake_mercadopago::{FakeMercadoPago, Options, Pace, Seller};

/// A stand-in for Mercado Pago Checkout Pro; controlled over HTTP at `/_fake/*`.
#[derive(Debug, Parser)]
#[command(name = "fake-mercadopago", version)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, env = "FAKE_MERCADOPAGO_LISTEN", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Decides every id and every fault of chance; without it, every start has ids of its own.
    #[arg(long, env = "FAKE_MERCADOPAGO_SEED")]
    seed: Option<u64>,
    /// How many times as fast as the machine's clock time passes.
    #[arg(long, default_value_t = 1)]
    speed: u32,
    /// How browsers reach the pay page, when not at the address listened on.
    #[arg(long)]
    public_url: Option<String>,
    /// A seller, as SITE:CURRENCY:COLLECTOR; repeatable. One Argentine seller if none is given.
    #[arg(long = "seller", value_parser = seller)]
    sellers: Vec<Seller>,
}

fn seller(text: &str) -> Result<Seller, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [site, currency, collector] = parts.as_slice() else { return Err("not SITE:CURRENCY:COLLECTOR".to_owned()) };
    let collector = collector.parse().map_err(|_| "the collector is not a number".to_owned())?;
    Ok(Seller::of(site, currency, collector))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let demo = Options::demo();
    let options = Options {
        address: arguments.listen,
        seed: arguments.seed.unwrap_or(demo.seed),
        first_number: arguments.seed.map_or(demo.first_number, |_| 1),
        pace: Pace::Fast(arguments.speed),
        public_url: arguments.public_url,
        ..demo
    };
    let fake = FakeMercadoPago::start(options).await?;
    let sellers = if arguments.sellers.is_empty() { vec![Seller::argentina(1)] } else { arguments.sellers };
    let mut out = std::io::stdout().lock();
    writeln!(out, "fake Mercado Pago at {}", fake.base_url())?;
    for seller in sellers {
        writeln!(out, "seller {}: access token {}", seller.collector_id, seller.access_token)?;
        writeln!(out, "  webhook secret {}", seller.webhook_secret)?;
        fake.add_seller(seller);
    }
    drop(out);
    tokio::signal::ctrl_c().await?;
    fake.stop().await;
    Ok(())
}
