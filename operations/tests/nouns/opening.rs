//! A business opens whole or not at all, and what an operator does to businesses and logins stays within one of them.

use crate::House;
use auth::{AnyRole, Operator};
use domain::{ProblemCode, menu::Presence, staff::Password, text::Email};
use operations::{
    Attempt, Error, account,
    account::Credentials,
    menu_file::Line,
    opening::{Field, Form, Opened, Opening, Where, open},
    staff, tenant,
};
use provider::Vault;
use serde_json::json;
use store::Verified;
use url::Url;
use wire::menu_file::Kind;

fn base() -> Url {
    "https://menu.example.com/".parse().unwrap()
}

fn vault() -> Vault {
    Vault::new(&"a-key-of-at-least-thirty-two-characters".to_owned().into())
}

fn form(more: &[(Field, &str)]) -> Opening {
    let mut form = Form::default();
    let usual = [
        (Field::Business, "Otro"),
        (Field::Branch, "Puerto"),
        (Field::TimeZone, "America/Montevideo"),
        (Field::Currency, "UYU"),
        (Field::Email, "ana@example.com"),
        (Field::Password, "long enough"),
        (Field::Tables, "INT 1-3, TER 1-2 x6"),
    ];
    usual.iter().chain(more).for_each(|(field, text)| form.say(*field, text));
    form.filled().unwrap()
}

fn line(kind: Kind, says: serde_json::Value) -> Line {
    Line { place: "line 1".into(), kind, says: says.as_object().unwrap().clone() }
}

fn menu(branch: &str) -> Vec<Line> {
    vec![
        line(Kind::Allergen, json!({ "name": "Gluten" })),
        line(Kind::Category, json!({ "branch": branch, "name": "Platos" })),
        line(
            Kind::Product,
            json!({ "branch": branch, "category": "Platos", "name": "Chivito", "prices": { (branch): 45000 },
                "allergens": { "Gluten": Presence::ALL[0].as_str() } }),
        ),
    ]
}

async fn opened(house: &House, opening: &Opening) -> operations::Result<Opened> {
    open(&house.db, opening, Where::Anywhere, &base()).await
}

/// Everything a business could have left: businesses, branches, people, tables.
async fn footprint(house: &House) -> (usize, i64, i64) {
    let all = house.db.businesses().await.unwrap();
    (all.len(), all.iter().map(|one| one.branches).sum(), all.iter().map(|one| one.people).sum())
}

fn refusal(refused: operations::Result<Opened>) -> String {
    match refused {
        Err(Error::Conflict { detail, .. } | Error::Unfit(detail)) => detail,
        other => panic!("{other:?}"),
    }
}

async fn sign_in(house: &House, email: &str, password: &str) -> operations::Result<account::SignIn> {
    let credentials = Credentials { email: email.to_owned().try_into().unwrap(), password: password.to_owned().into() };
    account::sign_in(&house.db, &vault(), &credentials).await
}

#[tokio::test]
async fn a_business_opens_with_all_it_needs() {
    let house = House::open().await;
    let opening = Opening { menu: menu("puerto"), ..form(&[]) };
    let opened = opened(&house, &opening).await.unwrap();
    assert_eq!(opened.menu, 3);
    let codes: Vec<&str> = opened.tables.iter().map(|table| table.code.as_str()).collect();
    assert_eq!(codes, ["INT-01", "INT-02", "INT-03", "TER-01", "TER-02"]);
    for table in &opened.tables {
        let secret = table.url.strip_prefix("https://menu.example.com/join/puerto/").unwrap();
        assert!(secret.len() == 10 && secret != table.code, "{table:?}");
    }
    let operator = Operator::on(opened.tenant);
    let people = house.db.people(&operator).await.unwrap();
    assert_eq!((people.len(), people[0].posts[0].role.as_str()), (1, "ADMIN"));
    assert!(matches!(sign_in(&house, "ana@example.com", "long enough").await, Ok(account::SignIn::Admitted(..))));
    let rows = house.db.menu_rows(&operator).await.unwrap();
    assert_eq!((rows.products.len(), rows.categories.len()), (1, 1));
    // What is printed again is what was printed first.
    let again = operations::table::links(&house.db, &operator, opened.branch, &base()).await.unwrap();
    assert_eq!(again, opened.tables);
    assert!(matches!(house.db.verify_audit(opened.tenant).await.unwrap(), Verified::Intact(head) if head.seq > 8));
}

#[tokio::test]
async fn what_is_taken_is_said_and_nothing_is_left() {
    let house = House::open().await;
    let before = footprint(&house).await;
    let said = refusal(opened(&house, &form(&[(Field::Slug, "buen-sabor")])).await);
    assert!(said.starts_with("slug: there is a business `buen-sabor` already"), "{said}");
    let said = refusal(opened(&house, &form(&[(Field::BranchSlug, "centro")])).await);
    assert!(said.starts_with("branch-slug: ") && said.contains("`centro`"), "{said}");
    let said = refusal(opened(&house, &form(&[(Field::Email, "Waiter@Demo.com")])).await);
    assert!(said.starts_with("email: ") && said.contains("waiter@demo.com"), "{said}");
    // A menu of another branch; everything before it had been written.
    let said = refusal(opened(&house, &Opening { menu: menu("norte"), ..form(&[]) }).await);
    assert!(said.contains("no branch has the slug `norte`"), "{said}");
    let said = refusal(open(&house.db, &form(&[]), Where::OnEmpty, &base()).await);
    assert!(said.contains("There is a business on this server already"), "{said}");
    assert_eq!(footprint(&house).await, before);
    opened(&house, &form(&[])).await.unwrap();
    let said = refusal(opened(&house, &form(&[(Field::Email, "eva@example.com")])).await);
    assert!(said.starts_with("slug: "), "{said}");
}

#[tokio::test]
async fn of_two_who_open_the_same_at_once_one_does() {
    let house = House::open().await;
    let (one, two) = (form(&[]), form(&[]));
    let (one, two) = tokio::join!(opened(&house, &one), opened(&house, &two));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let said = refusal(if one.is_err() { one } else { two });
    assert!(said.starts_with("slug: "), "{said}");
    assert_eq!(footprint(&house).await.0, 2);
}

#[tokio::test]
async fn a_suspended_business_lets_nobody_in_and_goes_on_as_it_was() {
    let house = House::open().await;
    let phone = house.scan("INT-01").await;
    let other = opened(&house, &form(&[])).await.unwrap();
    let demo = Operator::on(domain::TenantId(1));
    let waiter = house.staff::<auth::Floor>("waiter").await;
    let busy = tenant::suspend(&house.db, &demo).await;
    assert!(matches!(&busy, Err(Error::Conflict { detail, .. }) if detail.contains("INT-01")), "{busy:?}");
    operations::session::clear(&house.db, &waiter, phone.table_id(), &Attempt::default()).await.unwrap();
    tenant::suspend(&house.db, &demo).await.unwrap();
    tenant::suspend(&house.db, &demo).await.unwrap();
    let refused = sign_in(&house, "admin@demo.com", "admin123").await;
    assert!(
        matches!(&refused, Err(Error::Denied { code: ProblemCode::BusinessSuspended, .. })),
        "{:?}",
        refused.map(|_| ())
    );
    assert!(house.db.find_public_branch("centro").await.unwrap().is_none());
    assert!(house.db.find_public_branch("puerto").await.unwrap().is_some(), "another business goes on");
    assert!(matches!(sign_in(&house, "ana@example.com", "long enough").await, Ok(account::SignIn::Admitted(..))));
    // The short name is free for as long, and a resumed business does not take it back by force.
    let same = form(&[(Field::Slug, "tercero"), (Field::BranchSlug, "centro"), (Field::Email, "eva@example.com")]);
    let third = opened(&house, &same).await.unwrap();
    let refused = tenant::resume(&house.db, &demo).await;
    assert!(matches!(&refused, Err(Error::Conflict { code: ProblemCode::SlugTaken, .. })), "{refused:?}");
    tenant::suspend(&house.db, &Operator::on(third.tenant)).await.unwrap();
    tenant::resume(&house.db, &demo).await.unwrap();
    assert!(matches!(sign_in(&house, "admin@demo.com", "admin123").await, Ok(account::SignIn::Admitted(..))));
    assert!(house.db.find_public_branch("centro").await.unwrap().is_some());
    for tenant in [demo, Operator::on(other.tenant), Operator::on(third.tenant)] {
        let tenant = auth::Scope::tenant_id(&tenant);
        assert!(matches!(house.db.verify_audit(tenant).await.unwrap(), Verified::Intact(_)));
    }
}

#[tokio::test]
async fn an_operator_helps_who_is_locked_out() {
    let house = House::open().await;
    let waiter: Email = "waiter@demo.com".to_owned().try_into().unwrap();
    let nobody: Email = "nobody@demo.com".to_owned().try_into().unwrap();
    let before = house.staff::<AnyRole>("waiter").await;
    let new = Password::try_from("another password".to_owned()).unwrap();
    account::reset_password(&house.db, &waiter, &new).await.unwrap();
    assert!(sign_in(&house, "waiter@demo.com", "waiter123").await.is_err());
    assert!(sign_in(&house, "waiter@demo.com", "another password").await.is_ok());
    let now = house.staff::<AnyRole>("waiter").await;
    assert!(now.token_version() > before.token_version(), "the tokens of before are good for nothing");
    assert!(house.heard().iter().any(|event| event == "ENTITY_UPDATED"), "gateways look at the sockets again");

    account::lock(&house.db, &waiter).await.unwrap();
    assert!(sign_in(&house, "waiter@demo.com", "another password").await.is_err());
    assert!(account::lock(&house.db, &waiter).await.is_err(), "nobody active has the login");
    account::unlock(&house.db, &waiter, None).await.unwrap();
    assert!(sign_in(&house, "waiter@demo.com", "another password").await.is_ok());
    assert!(account::unlock(&house.db, &waiter, None).await.is_err(), "it is not locked");
    assert!(account::unlock(&house.db, &waiter, Some("no-such")).await.is_err());

    assert!(account::reset_second_factor(&house.db, &waiter).await.is_err(), "there is none");
    let own = house.staff::<AnyRole>("waiter").await;
    account::set_up_second_factor(&house.db, &vault(), &own).await.unwrap();
    account::reset_second_factor(&house.db, &waiter).await.unwrap();
    for refused in [
        account::lock(&house.db, &nobody).await,
        account::unlock(&house.db, &nobody, None).await,
        account::reset_password(&house.db, &nobody, &new).await,
        account::reset_second_factor(&house.db, &nobody).await,
    ] {
        assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn a_password_is_changed_by_who_has_it() {
    let house = House::open().await;
    let waiter = house.staff::<AnyRole>("waiter").await;
    let none = Attempt::default();
    let new = |text: &str| Password::try_from(text.to_owned()).unwrap();
    let change = async |old: &str, to: &str| {
        account::change_password(&house.db, &waiter, old.to_owned().into(), &new(to), &none).await
    };
    let wrong = change("waiter124", "another password").await;
    assert!(matches!(wrong, Err(Error::Refused { code: ProblemCode::WrongPassword, .. })), "{wrong:?}");
    // Too short to be anybody's new password, but the old one may be of a time with other rules.
    assert!(matches!(change("", "another password").await, Err(Error::Refused { .. })));
    let admitted = change("waiter123", "another password").await.unwrap();
    assert!(admitted.subject.token_version > waiter.token_version(), "the new token names the new version");
    // The token that asked is over: a second delivery changes nothing.
    let twice = change("another password", "a third password").await;
    assert!(matches!(twice, Err(Error::Unauthorized(_))), "{twice:?}");
    assert!(sign_in(&house, "waiter@demo.com", "another password").await.is_ok());
    let now = house.staff::<AnyRole>("waiter").await;
    let same = "another password";
    let same = account::change_password(&house.db, &now, same.to_owned().into(), &new(same), &none).await;
    assert!(matches!(same, Err(Error::Invalid(_))), "{same:?}");
}

#[tokio::test]
async fn the_newest_invitation_counts_once() {
    let house = House::open().await;
    let (admin, waiter) = (house.staff::<auth::Management>("admin").await, house.staff::<AnyRole>("waiter").await);
    let invite = async || {
        let answer = staff::invite(&house.db, &admin, waiter.user_id(), &Attempt::default()).await.unwrap();
        let invited: staff::Invited = serde_json::from_slice(&answer.body).unwrap();
        auth::Invitation { user_id: invited.user_id, token_version: invited.token_version }
    };
    let choose = async |invitation, text: &str| {
        account::accept_invitation(&house.db, invitation, &Password::try_from(text.to_owned()).unwrap()).await
    };
    let over = |chosen: operations::Result<String>| matches!(chosen, Err(Error::NotFound("invitation")));
    let (first, second) = (invite().await, invite().await);
    assert!(over(choose(first, "by an older link").await));
    assert_eq!(choose(second, "a word of my own").await.unwrap(), "waiter@demo.com");
    assert!(over(choose(second, "by a used link").await));
    let third = invite().await;
    account::lock(&house.db, &"waiter@demo.com".to_owned().try_into().unwrap()).await.unwrap();
    assert!(over(choose(third, "by who is locked").await));
    account::unlock(&house.db, &"waiter@demo.com".to_owned().try_into().unwrap(), None).await.unwrap();
    assert!(over(choose(third, "by who was locked").await), "a lock ends the link for good");
    assert!(sign_in(&house, "waiter@demo.com", "a word of my own").await.is_ok());
}

#[tokio::test]
async fn the_demo_is_laid_beside_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let db = crate::house::bare(&folder.path().join("bare.db")).await;
    open(&db, &form(&[]), Where::OnEmpty, &base()).await.unwrap();
    operations::demo::seed(&db, &operations::demo::DishPictures::new()).await.unwrap();
    assert_eq!(db.businesses().await.unwrap().len(), 1);
    assert!(!operations::demo::is_laid(&db).await.unwrap());
}
