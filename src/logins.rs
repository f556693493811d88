//! `comanda user`: the people of this server as logins, for when no administrator of theirs can help.

use crate::{
    businesses::operator_on,
    console::{Failure, print},
    process::Process,
    terminal::PasswordSource,
};
use auth::Operator;
use clap::Subcommand;
use domain::{staff::Password, text::Email};
use operations::{Error, account};
use secrecy::ExposeSecret;
use std::collections::HashMap;

/// What to do with logins.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum User {
    /// One line each: login, name, roles, second factor, and whether it is locked.
    List {
        /// Those of one business; of every one when not said.
        #[arg(long, value_name = "SLUG")]
        business: Option<String>,
    },
    /// Lets them in no more, and ends every token of theirs.
    Lock {
        /// The logins, as waiter@example.com.
        #[arg(required = true)]
        logins: Vec<String>,
    },
    /// Lets them in again, with the password that they had.
    Unlock {
        /// The logins.
        #[arg(required = true)]
        logins: Vec<String>,
        /// The business; needed where several have the login locked.
        #[arg(long, value_name = "SLUG")]
        business: Option<String>,
    },
    /// Gives a login another password, typed twice at the terminal, and ends every token of it.
    ResetPassword {
        /// The login.
        login: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Switches the second factor off, for who lost the telephone, and ends every token of theirs.
    #[command(name = "reset-2fa")]
    ResetSecondFactor {
        /// The login.
        login: String,
    },
}

/// The address that a login is.
fn login(text: &str) -> Result<Email, Failure> {
    let read = Email::try_from(text.to_owned());
    read.map_err(|_| format!("`{text}` is no login: a login is an e-mail address, such as waiter@example.com").into())
}

/// What an operator is told of a refusal.
fn told(error: Error, login: &Email) -> Failure {
    let login = login.as_str();
    match error {
        Error::NotFound(_) => format!("nobody who may sign in has the login {login}").into(),
        Error::Refused { detail, .. } | Error::Conflict { detail, .. } => detail.into(),
        other => other.into(),
    }
}

/// `comanda user`
pub(crate) async fn user(process: &Process, what: User) -> Result<(), Failure> {
    let db = &process.db;
    match what {
        User::List { business } => list(process, business.as_deref()).await,
        User::Lock { logins } => {
            let logins = logins.iter().map(|text| login(text)).collect::<Result<Vec<_>, _>>()?;
            for login in logins {
                account::lock(db, &login).await.map_err(|error| told(error, &login))?;
                print(&format!("{} is locked.", login.as_str()))?;
            }
            Ok(())
        }
        User::Unlock { logins, business } => {
            let logins = logins.iter().map(|text| login(text)).collect::<Result<Vec<_>, _>>()?;
            for login in logins {
                let unlocked = account::unlock(db, &login, business.as_deref()).await;
                unlocked.map_err(|error| match error {
                    Error::NotFound(_) => format!("nobody has the login {}", login.as_str()).into(),
                    other => told(other, &login),
                })?;
                print(&format!("{} is let in again.", login.as_str()))?;
            }
            Ok(())
        }
        User::ResetPassword { login: text, password } => {
            let login = login(&text)?;
            if !db.logins(&login).await?.iter().any(|found| found.is_active) {
                return Err(told(Error::NotFound("login"), &login));
            }
            let chosen = password.choose(&format!("New password of {}", login.as_str()))?;
            let new = Password::try_from(chosen.password.expose_secret().to_owned());
            let new = new.map_err(|why| format!("the password is `…`: it {why}"))?;
            account::reset_password(db, &login, &new).await.map_err(|error| told(error, &login))?;
            let login = login.as_str();
            print(&format!("{login} has a new password, and is signed out everywhere."))?;
            if chosen.is_made_up {
                print(&format!("  {} (shown this once)", new.as_str()))?;
            }
            Ok(())
        }
        User::ResetSecondFactor { login: text } => {
            let login = login(&text)?;
            account::reset_second_factor(db, &login).await.map_err(|error| told(error, &login))?;
            print(&format!("{} signs in without a second factor, and is signed out everywhere.", login.as_str()))
        }
    }
}

async fn list(process: &Process, business: Option<&str>) -> Result<(), Failure> {
    let operators = match business {
        Some(slug) => vec![operator_on(process, Some(slug)).await?],
        None => process.db.businesses().await?.iter().map(|one| Operator::on(one.id)).collect(),
    };
    for operator in operators {
        let branches = process.db.branches_of_scope(&operator).await?;
        let slugs: HashMap<_, _> = branches.iter().map(|row| (row.id, row.slug.as_str())).collect();
        for person in process.db.people(&operator).await? {
            let account = &person.account;
            let name = [account.first_name.as_deref(), account.last_name.as_deref()];
            let name = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let role = |branch, role: domain::Role| format!("{role}@{}", slugs.get(branch).unwrap_or(&"?"));
            let roles: Vec<_> = person.posts.iter().map(|post| role(&post.branch_id, post.role)).collect();
            let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(" ") };
            let factor = if account.totp_enabled_at.is_some() { "  2fa" } else { "" };
            let locked = if account.is_active { "" } else { "  locked" };
            print(&format!("{:<32} {name:<24} {roles}{factor}{locked}", account.email))?;
        }
    }
    Ok(())
}
