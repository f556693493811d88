//! The secrets of a seller, and what the office may say of them. Their names are those of what was sealed by every
//! release.

use crate::{CallError, Credentials, Fields, Merged, Summary, Unfit, last4};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// A seller's secrets.
#[derive(Clone, Debug, Default)]
pub(super) struct Secrets {
    /// The seller's access token.
    pub(super) access_token: SecretString,
    /// What signs its notifications; several while one is being replaced.
    pub(super) webhook_secrets: Vec<SecretString>,
    /// Renews the access token (OAuth); none for a token pasted from the panel.
    pub(super) refresh_token: Option<SecretString>,
    /// The integrator's application (OAuth).
    pub(super) client_id: Option<String>,
    /// The integrator's application (OAuth).
    pub(super) client_secret: Option<SecretString>,
}

/// The same as text: the only place where secrets become text.
#[derive(Serialize, Deserialize)]
struct Written {
    access_token: String,
    webhook_secrets: Vec<String>,
    refresh_token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// What is said of them; what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    access_token: Option<String>,
    webhook_secrets: Option<Vec<String>>,
    refresh_token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl Secrets {
    /// Those in `credentials`.
    pub(super) fn of(credentials: &Credentials) -> Result<Self, CallError> {
        let refused = |Unfit(why)| CallError::Rejected { code: "credentials".to_owned(), message: why.to_owned() };
        let written: Written = credentials.read().map_err(refused)?;
        Ok(Self {
            access_token: written.access_token.into(),
            webhook_secrets: written.webhook_secrets.into_iter().map(SecretString::from).collect(),
            refresh_token: written.refresh_token.map(SecretString::from),
            client_id: written.client_id,
            client_secret: written.client_secret.map(SecretString::from),
        })
    }

    /// Credentials that hold them.
    pub(super) fn credentials(&self) -> Result<Credentials, Unfit> {
        let text = |secret: &SecretString| secret.expose_secret().to_owned();
        Credentials::of(&Written {
            access_token: text(&self.access_token),
            webhook_secrets: self.webhook_secrets.iter().map(text).collect(),
            refresh_token: self.refresh_token.as_ref().map(text),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.as_ref().map(text),
        })
    }
}

/// `known` after what is said.
pub(super) fn merge(known: Option<&Credentials>, fields: &Fields) -> Result<Merged, Unfit> {
    let said: Said = fields.read()?;
    let former = match known {
        Some(known) => Secrets::of(known).map_err(|_| Unfit::UNREADABLE)?,
        None if said.access_token.is_none() => return Err(Unfit("access_token: is needed")),
        None => Secrets::default(),
    };
    let is_new_grant = said.access_token.is_some();
    let merged = Secrets {
        access_token: said.access_token.map_or(former.access_token, SecretString::from),
        webhook_secrets: said
            .webhook_secrets
            .map_or(former.webhook_secrets, |secrets| secrets.into_iter().map(SecretString::from).collect()),
        refresh_token: said.refresh_token.map(SecretString::from).or(former.refresh_token),
        client_id: said.client_id.or(former.client_id),
        client_secret: said.client_secret.map(SecretString::from).or(former.client_secret),
    };
    let account = known.map_or_else(String::new, |known| known.account.clone());
    let seller = known.and_then(|known| known.seller.clone());
    Ok(Merged { credentials: merged.credentials()?.named(account).sold_by(seller), is_new_grant })
}

/// What may be shown.
pub(super) fn summary(credentials: &Credentials) -> Summary {
    let Ok(secrets) = Secrets::of(credentials) else { return Summary::default() };
    let end = |secret: &SecretString| last4(secret.expose_secret());
    Summary {
        token_last4: end(&secrets.access_token),
        webhook_secrets_last4: secrets
            .webhook_secrets
            .iter()
            .map(|secret| end(secret).unwrap_or_else(|| "····".to_owned()))
            .collect(),
        is_renewable: secrets.refresh_token.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vault;
    use serde_json::json;

    #[test]
    fn what_the_office_does_not_say_stays() {
        let known = Secrets {
            access_token: "old-old-old-old".into(),
            webhook_secrets: vec!["secret".into()],
            refresh_token: Some("refresh".into()),
            ..Secrets::default()
        };
        let known = known.credentials().unwrap().named("7").sold_by(Some("900".into()));
        let token = Fields::default().with("access_token", Some("new"));
        let merged = merge(Some(&known), &token).unwrap();
        let secrets = Secrets::of(&merged.credentials).unwrap();
        assert_eq!(secrets.access_token.expose_secret(), "new");
        assert_eq!((secrets.webhook_secrets.len(), secrets.refresh_token.is_some()), (1, true));
        assert!(merged.is_new_grant);
        assert_eq!((merged.credentials.account.as_str(), merged.credentials.seller.as_deref()), ("7", Some("900")));
        let signs = Fields::default().with("webhook_secrets", Some(vec!["a", "b"]));
        let merged = merge(Some(&known), &signs).unwrap();
        assert!(!merged.is_new_grant);
        assert_eq!(summary(&merged.credentials).webhook_secrets_last4, ["····", "····"]);
    }

    #[test]
    fn without_a_token_there_is_no_account() {
        let error = merge(None, &Fields::default().with("client_id", Some("4"))).unwrap_err();
        assert_eq!(error.to_string(), "access_token: is needed");
        assert_eq!(merge(None, &Fields::default().with("api_key", Some("k"))).unwrap_err(), Unfit::UNREADABLE);
        assert_eq!(merge(None, &Fields::default().with("access_token", Some(7))).unwrap_err(), Unfit::UNREADABLE);
    }

    /// Sealed by the release before providers had credentials of their own: `Vault::seal` of 3852f91, tenant 3, account
    /// 7.
    #[test]
    fn what_a_former_release_sealed_still_opens() {
        const SEALED: &str = "v1.bSzOWHZ5OsQxMfK9-aoKfkq9q73Pbx3b5xjvPGD47LIi5t8i3luLkEBJ5Yckze9KqJkS15ypdQMZAa3L-UVNVkJT08c3Y\
            SJQm76oOymKSH3rSAE_zfuCAkK5mPfJ1bKVEx0wV1Qzng6hlIGHca73b7XOu-zRoL3pm-P5xfql_GwhhBHSvMx43eMYiiFmT\
            bj403o90Wp4TxD_oqwdmsBVTPT1Tzo50v2_KIegKjd6apN9bIYiSEExrZA_r424V-e6lXTDIV3hjtP1apeVVHTZTzA";
        let vault = Vault::new(&"5f0c2d9be1a84763b2c8e5d71f09a634".into());
        let tenant = serde_json::from_value(json!(3)).unwrap();
        let credentials = vault.open(tenant, "7", SEALED).unwrap();
        let secrets = Secrets::of(&credentials).unwrap();
        assert_eq!(secrets.access_token.expose_secret(), "APP_USR-token");
        assert_eq!(secrets.webhook_secrets.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), ["old", "new"]);
        assert_eq!(secrets.refresh_token.as_ref().unwrap().expose_secret(), "TG-refresh");
        assert_eq!(secrets.client_secret.as_ref().unwrap().expose_secret(), "client-hush");
        assert_eq!((secrets.client_id.as_deref(), credentials.seller.as_deref()), (Some("4242"), Some("900100200")));
        // Sealed anew it has the very fields that a former release reads: a rollback opens it.
        let again = vault.open(tenant, "7", &vault.seal(tenant, "7", &credentials).unwrap()).unwrap();
        let names: Vec<String> = again.object().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["access_token", "client_id", "client_secret", "refresh_token", "webhook_secrets"]);
    }
}
