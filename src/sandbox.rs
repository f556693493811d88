//! Where the demo pays: a Mercado Pago of our own in this process, so that a newcomer pays a bill in the browser
//! without an account. Never in production, and never once an access token is configured.

use crate::{commands::Failure, process::Process};
use domain::payment::SignatureMode;
use fake_mercadopago::{FakeMercadoPago, Options, Seller};
use provider::Credentials;
use runtime::{Settings, WebhookMode};

/// The sandbox and who sells in it. It stops when this is dropped.
pub(crate) struct Sandbox {
    _server: FakeMercadoPago,
    seller: Seller,
}

impl Sandbox {
    /// Starts it where nothing else was configured, and makes the settings point at it.
    pub(crate) async fn start_for(settings: &mut Settings) -> Result<Option<Self>, Failure> {
        if !settings.sandbox {
            return Ok(None);
        }
        let server = FakeMercadoPago::start(Options::demo()).await?;
        let seller = Seller::argentina(1);
        server.add_seller(seller.clone());
        settings.payment.base_url = server.base_url().parse()?;
        Ok(Some(Self { _server: server, seller }))
    }
}

/// Gives the business the sandbox's account, or the one that is configured.
pub(crate) async fn adopt_account(process: &Process, sandbox: Option<&Sandbox>) -> Result<(), Failure> {
    let payment = &process.settings.payment;
    let credentials = match (sandbox, &payment.access_token) {
        (Some(Sandbox { seller, .. }), _) => Credentials {
            access_token: seller.access_token.clone().into(),
            webhook_secrets: vec![seller.webhook_secret.clone().into()],
            collector_id: Some(seller.collector_id.to_string()),
            ..Credentials::default()
        },
        (None, Some(token)) => Credentials {
            access_token: token.clone(),
            webhook_secrets: payment.webhook_secrets.clone(),
            ..Credentials::default()
        },
        (None, None) => return Ok(()),
    };
    let mode = match payment.webhook_mode {
        WebhookMode::Strict => SignatureMode::Strict,
        WebhookMode::Hint => SignatureMode::Hint,
    };
    operations::payment::adopt_account(&process.db, &process.providers, &credentials, mode).await?;
    Ok(())
}
