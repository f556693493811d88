//! Pictures as objects of an S3-compatible storage. The bucket stays private: guests get pictures from us, and only we
//! sign.

use crate::{Name, SetupError, StorageError};
use reqwest::{Client, Response, StatusCode, header, redirect::Policy};
use runtime::{BucketTarget, tls};
use rusty_s3::{Bucket as Address, Credentials, S3Action, UrlStyle};
use secrecy::ExposeSecret;
use std::time::Duration;
use url::Url;

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a call may take; the caller gives up after 30 s.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long a signed address is good: it is used at once, but clocks differ.
const SIGNED_FOR: Duration = Duration::from_secs(300);
/// The largest object read, in bytes; what we write is far smaller.
const LARGEST: usize = 16 << 20;

/// A bucket and how to reach it.
#[derive(Debug)]
pub(crate) struct Bucket {
    client: Client,
    address: Address,
    credentials: Credentials,
}

impl Bucket {
    pub(crate) fn new(target: &BucketTarget) -> Result<Self, SetupError> {
        let style = if target.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let address = Address::new(target.endpoint.clone(), style, target.bucket.clone(), target.region.clone());
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("comanda/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls::client(target.endpoint.scheme() == "https")?);
        Ok(Self {
            client: client.build().map_err(|error| SetupError::Client(error.to_string()))?,
            address: address.map_err(|error| SetupError::Address(error.to_string()))?,
            credentials: Credentials::new(target.access_key.clone(), target.secret_key.expose_secret()),
        })
    }

    pub(crate) async fn put(&self, name: Name, bytes: Vec<u8>) -> Result<(), StorageError> {
        let key = name.to_string();
        let url: Url = self.address.put_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        let request = self.client.put(url).header(header::CONTENT_TYPE, name.format().media_type()).body(bytes);
        let answer = request.send().await.map_err(explained)?;
        if answer.status().is_success() { Ok(()) } else { Err(refused(answer).await) }
    }

    pub(crate) async fn get(&self, name: Name) -> Result<Option<Vec<u8>>, StorageError> {
        let key = name.to_string();
        let url = self.address.get_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        let mut answer = self.client.get(url).send().await.map_err(explained)?;
        match answer.status() {
            StatusCode::NOT_FOUND => return Ok(None),
            status if !status.is_success() => return Err(refused(answer).await),
            _ => {}
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(explained)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(StorageError::Bucket(format!("an object larger than {LARGEST} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }
}

/// The innermost reason; the address holds a signature and stays out of logs.
fn explained(error: reqwest::Error) -> StorageError {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    StorageError::Bucket(cause.to_string())
}

/// The status and the storage's own word for it, such as `AccessDenied`.
async fn refused(answer: Response) -> StorageError {
    let status = answer.status();
    let said = answer.text().await.unwrap_or_default();
    let code = said.split_once("<Code>").and_then(|(_, rest)| Some(rest.split_once("</Code>")?.0));
    let code: String = code.unwrap_or("no code").chars().take(60).collect();
    StorageError::Bucket(format!("status {}: {code}", status.as_u16()))
}
