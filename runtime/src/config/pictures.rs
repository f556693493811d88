//! Where uploaded pictures are kept: a directory of this machine, or a bucket that several machines share.

use super::{Args, targets, web_address};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use url::Url;

/// The directory's name in the data directory.
const FOLDER: &str = "images";

/// Where pictures go.
#[derive(Clone, Debug)]
pub enum PictureTarget {
    /// Files; several API processes must see the same directory.
    Directory(PathBuf),
    /// Objects of an S3-compatible storage.
    Bucket(BucketTarget),
}

/// A bucket and who may write to it.
#[derive(Clone, Debug)]
pub struct BucketTarget {
    /// The service's address.
    pub endpoint: Url,
    /// Whether the bucket is the first segment of the path, as MinIO and its kind want it, or part of the host's name.
    pub path_style: bool,
    /// Its name.
    pub bucket: String,
    /// The region requests are signed for.
    pub region: String,
    /// The public half of the key.
    pub access_key: String,
    /// The secret half.
    pub secret_key: SecretString,
}

/// A bucket if one is named, else a directory.
pub(super) fn resolve(args: &Args) -> Result<PictureTarget, Vec<String>> {
    let Some(bucket) = given(args.s3_bucket.as_deref()) else {
        let directory = args.image_dir.clone().filter(|path| !path.as_os_str().is_empty());
        return Ok(PictureTarget::Directory(directory.unwrap_or_else(|| args.data_dir.join(FOLDER))));
    };
    let mut problems = Vec::new();
    let endpoint = endpoint(args).map_err(|problem| problems.push(problem)).ok();
    let access_key = given(args.s3_access_key.as_deref());
    if access_key.is_none() {
        problems
            .push("COMANDA_S3_ACCESS_KEY is not set: COMANDA_S3_BUCKET needs a key that may read and write it".into());
    }
    let secret_key = args.s3_secret_key.as_ref().filter(|secret| !targets::is_blank(secret));
    if secret_key.is_none() {
        problems.push("COMANDA_S3_SECRET_KEY is not set: it is the secret half of COMANDA_S3_ACCESS_KEY".into());
    }
    if !bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
        problems
            .push(format!("COMANDA_S3_BUCKET is `{bucket}`: write the bucket's name alone, such as comanda-pictures"));
    }
    match (endpoint, access_key, secret_key) {
        (Some(endpoint), Some(access_key), Some(secret_key)) if problems.is_empty() => {
            Ok(PictureTarget::Bucket(BucketTarget {
                endpoint,
                // Certificates of AWS cover one label before the service's name, so not a bucket with dots.
                path_style: given(args.s3_endpoint.as_deref()).is_some() || bucket.contains('.'),
                bucket: bucket.to_owned(),
                region: args.s3_region.trim().to_owned(),
                access_key: access_key.to_owned(),
                secret_key: secret_key.expose_secret().trim().into(),
            }))
        }
        _ => Err(problems),
    }
}

/// The service's address; AWS's own in that region when nothing is said.
fn endpoint(args: &Args) -> Result<Url, String> {
    let aws = format!("https://s3.{}.amazonaws.com", args.s3_region.trim());
    let written = given(args.s3_endpoint.as_deref()).unwrap_or(&aws);
    web_address("COMANDA_S3_ENDPOINT", written, "https://minio.example.com")
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
