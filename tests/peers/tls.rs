//! PostgreSQL over TLS: what each `sslmode` of a URL lets in, against a server that lets nobody in without.

use crate::peer::{operate, says};
use harness::{distributed_only, free_port, json};
use url::Url;

/// The server's URL with another host, and with parameters.
fn url(host: &str, query: &str) -> String {
    let variable = std::env::var("COMANDA_TEST_TLS_POSTGRES").expect("scripts/test --peers sets it");
    let mut url: Url = variable.parse().unwrap();
    url.set_host(Some(host)).unwrap();
    url.set_query(Some(query));
    url.into()
}

/// A file of the certificates that the server's was made with.
fn certificate(name: &str) -> String {
    format!("{}/{name}.pem", std::env::var("COMANDA_TEST_CERTIFICATES").expect("scripts/test --peers sets it"))
}

/// The certificate is for `localhost`, signed by `authority`; nobody trusts `stranger` with it.
const NAME: &str = "localhost";
const OTHER_NAME: &str = "127.0.0.1";

distributed_only! {
    /// What the URL asks for is what is done, no less: nobody in between reads or answers.
    async fn every_sslmode_does_what_it_says(app: App) {
        let (authority, stranger) = (certificate("authority"), certificate("stranger"));
        let root = |mode: &str, file: &str| format!("sslmode={mode}&sslrootcert={file}");
        let unknown = &["UnknownIssuer", "sslrootcert=FILE"][..];
        let another = &["not valid for name", "another name"][..];
        let expected: &[(&str, String, &[&str])] = &[
            (NAME, "sslmode=disable".into(), &["no encryption", "sslmode=verify-full"]),
            (NAME, "sslmode=allow".into(), &[]),
            (NAME, "sslmode=prefer".into(), &[]),
            (NAME, "sslmode=require".into(), &[]),
            (NAME, String::new(), &[]),
            // libpq's rule: an authority that is named is asked.
            (NAME, root("require", &authority), &[]),
            (OTHER_NAME, root("require", &authority), &[]),
            (NAME, root("require", &stranger), unknown),
            (NAME, root("verify-ca", &authority), &[]),
            (OTHER_NAME, root("verify-ca", &authority), &[]),
            (NAME, root("verify-ca", &stranger), unknown),
            (NAME, "sslmode=verify-ca".into(), unknown),
            (NAME, root("verify-full", &authority), &[]),
            (OTHER_NAME, root("verify-full", &authority), another),
            (NAME, root("verify-full", &stranger), unknown),
            (NAME, "sslmode=verify-full".into(), unknown),
            (NAME, "sslrootcert=system".into(), unknown),
            (NAME, root("verify-full", "/nowhere/authority.pem"), &["sslrootcert"]),
        ];
        for (host, query, words) in expected {
            let (up, said) = operate(&app, &[("DATABASE_URL", &url(host, query))], "migrate");
            assert_eq!(up, words.is_empty(), "{host} {query}: {said}");
            says(&said, words);
        }
        // The machine's roots, among which the authority is now.
        for mode in ["sslmode=verify-full", "sslmode=verify-ca", "sslrootcert=system"] {
            let variables = [("DATABASE_URL", &*url(NAME, mode)), ("SSL_CERT_FILE", &authority)];
            let (up, said) = operate(&app, &variables, "migrate");
            assert!(up, "{mode}: {said}");
        }
    }

    /// A whole restaurant over TLS: every connection of the pool, not only the first.
    async fn a_restaurant_works_over_tls(app: App) {
        for mode in ["allow", "verify-full"] {
            let database = url(NAME, &format!("sslmode={mode}&sslrootcert={}", certificate("authority")));
            let address = format!("127.0.0.1:{}", free_port());
            let variables = [("DATABASE_URL", database.as_str()), ("COMANDA_API_ADDR", address.as_str())];
            for command in ["migrate", "seed"] {
                let (done, said) = operate(&app, &variables, command);
                assert!(done, "{mode} {command}: {said}");
            }
            let (process, said) = app.start_another(mode, &variables).await;
            assert!(process.exited().is_none(), "{said}");
            let there = app.anonymous().at(&format!("http://{address}"));
            let waiter = json!({"email": "waiter@demo.com", "password": "waiter123"});
            there.post("/api/auth/login", waiter).await.expect(200);
            there.get("/api/public/menu/centro").await.expect(200);
            there.get("/api/health/detailed").await.expect(200);
        }
    }
}
