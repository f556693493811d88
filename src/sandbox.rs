//! Where the demo pays: a Mercado Pago of our own in this process, so that a newcomer pays a bill in the browser
//! without an account. Never in production, and never once an access token is configured.

use crate::{console::Failure, providers::ProviderArgs};
use fake_mercadopago::{FakeMercadoPago, Options, Seller};

/// The sandbox. It stops when this is dropped.
pub(crate) struct Sandbox {
    _server: FakeMercadoPago,
}

impl Sandbox {
    /// Starts it, and makes the provider's settings name it and who sells in it.
    pub(crate) async fn start_for(providers: &mut ProviderArgs) -> Result<Self, Failure> {
        let server = FakeMercadoPago::start(Options::demo()).await?;
        let Seller { access_token, webhook_secret, .. } = Seller::argentina(1);
        server.add_seller(Seller::argentina(1));
        providers.mercadopago.base_url = server.base_url();
        providers.mercadopago.access_token = Some(access_token.into());
        providers.mercadopago.webhook_secret = Some(webhook_secret.into());
        Ok(Self { _server: server })
    }
}
