//! The business's rules as SQL conditions, each made from the predicate of the domain that says the same in Rust, so
//! that neither can change without the other. In a text they begin with `#`, like the words of [`super::dialect`];
//! `tests.rs` refuses lists of statuses or roles that stand anywhere else.
//!
//! The first argument is the table's alias, empty where it has none.
//!
//! | word | what it says |
//! |---|---|
//! | `#owed(r, i)` | item `i` of round `r` is owed: neither canceled nor struck |
//! | `#billed(r, i)` | the same, and no waiter has yet to confirm it: it is on the bill |
//! | `#comped(r, i)` | it was on the table when a manager had it given away |
//! | `#unconfirmed(r)` | the round waits for a waiter's word |
//! | `#counts(r)` | the round counts for its party: it is not canceled |
//! | `#in_kitchen(r)` | the kitchen has, or had, the round |
//! | `#shown_in_kitchen(r)` | the kitchen's display shows it |
//! | `#being_made(r)` | the kitchen has yet to make it |
//! | `#open_round(r)` | the table still waits for it |
//! | `#open_ticket(k)` | the ticket is not carried out |
//! | `#ticket_being_made($1)` | that ticket status is one before READY |
//! | `#live_session(s)` | the party is there |
//! | `#live_call(c)` | somebody still has to come |
//! | `#unsettled(k)` | the check is not paid |
//! | `#money(p)`, `#payment_under_way(p)`, `#taken_back(p)`, `#not_failed(p)` | what the payment is |
//! | `#refund_under_way(r)`, `#open_refund(r)` | where the refund stands |
//! | `#serves(r, $1)` | role `r` serves tables in that branch |
//! | `#waits(r)` | role `r` can have a sector |
//! | `#cancellation_stands(c)` | the cancellation did not fail |
//! | `#open_cancellation(c)` | a worker has yet to call the payment off |
//! | `#account_in_use(a)` | the account is not taken out of use |
//! | `#payable(c)` | the checkout can still be paid |
//! | `#unproven(n)` | the notice proves nothing |
//! | `#pending(w)`, `#stuck(w)`, `#unfinished(w)`, `#alive(w)` | a piece of work |

use auth::{Floor, RoleSet};
use domain::{
    Role,
    call::CallStatus,
    check::CheckStatus,
    kitchen::TicketStatus,
    payment::{AccountStatus, CancellationStatus, CheckoutStatus, NoticeVerdict, PaymentStatus, RefundStatus},
    round::RoundStatus,
    session::SessionStatus,
    work::WorkStatus,
};
use sea_orm::ActiveEnum;

/// The condition that a word stands for; `None` for a word that is no rule.
pub(super) fn condition(word: &str, inner: &str) -> Option<String> {
    let (first, second) = inner.split_once(',').unwrap_or((inner, ""));
    let (first, second) = (first.trim(), second.trim());
    let status = of(first, "status");
    Some(match word {
        "owed" => format!("{} and {} is null", except(&status, RoundStatus::is_owed), of(second, "voided_at")),
        "billed" => format!("{} and {} is null", except(&status, RoundStatus::is_billed), of(second, "voided_at")),
        // Struck before it was served it is a void, whoever approved it.
        "comped" => format!(
            "{} is not null and {} >= {}",
            of(second, "approved_by_id"),
            of(second, "voided_at"),
            of(first, "served_at")
        ),
        "unconfirmed" => among(&status, RoundStatus::is_unconfirmed),
        "counts" => except(&status, RoundStatus::is_owed),
        "in_kitchen" => among(&status, RoundStatus::is_in_kitchen),
        // The second condition says nothing new; it is the partial index's own, which SQLite wants to hear.
        "shown_in_kitchen" => both(among(&status, RoundStatus::is_shown_in_kitchen), &status),
        "being_made" => both(among(&status, RoundStatus::is_being_made), &status),
        "open_round" => except(&status, RoundStatus::is_open),
        "open_ticket" => except(&status, TicketStatus::is_open),
        "ticket_being_made" => among(first, TicketStatus::is_being_made),
        "live_session" => among(&status, SessionStatus::is_live),
        "live_call" => except(&status, CallStatus::is_live),
        "unsettled" => except(&status, |status: CheckStatus| !status.is_settled()),
        "serves" => {
            let (role, branch) = (of(first, "role"), of(first, "branch_id"));
            let (everywhere, floor) = (among(&role, Role::is_everywhere), among(&role, is_of_floor));
            format!("({everywhere} or {branch} = {second} and {floor})")
        }
        "waits" => among(&of(first, "role"), Role::waits),
        _ => return of_payments(word, first, &status),
    })
}

fn of_payments(word: &str, alias: &str, status: &str) -> Option<String> {
    Some(match word {
        "money" => among(status, PaymentStatus::is_money),
        "payment_under_way" => among(status, PaymentStatus::is_under_way),
        "taken_back" => among(status, PaymentStatus::is_taken_back),
        "not_failed" => except(status, |status: PaymentStatus| !status.is_failed()),
        "refund_under_way" => among(status, RefundStatus::is_under_way),
        "cancellation_stands" => except(status, |status: CancellationStatus| status != CancellationStatus::Failed),
        "open_cancellation" => among(status, CancellationStatus::is_open),
        "open_refund" => except(status, RefundStatus::is_open),
        "account_in_use" => except(status, AccountStatus::is_in_use),
        "payable" => among(status, CheckoutStatus::is_payable),
        "unproven" => except(&of(alias, "verdict"), |verdict: NoticeVerdict| !verdict.is_proven()),
        "pending" => among(status, WorkStatus::is_pending),
        "stuck" => among(status, WorkStatus::is_stuck),
        "unfinished" => except(status, WorkStatus::is_unfinished),
        "alive" => among(status, WorkStatus::is_alive),
        _ => return None,
    })
}

/// Every value for which `is` holds: for queries by model.
pub(crate) fn all_that<T: ActiveEnum + Copy>(is: impl Fn(T) -> bool) -> impl Iterator<Item = T> {
    T::iter().filter(move |value| is(*value))
}

fn is_of_floor(role: Role) -> bool {
    Floor::ROLES.contains(&role)
}

fn of(alias: &str, column: &str) -> String {
    if alias.is_empty() { column.to_owned() } else { format!("{alias}.{column}") }
}

fn both(condition: String, status: &str) -> String {
    format!("{condition} and {}", except(status, RoundStatus::is_open))
}

/// `column` holds one of the values for which `is` holds.
fn among<T: ActiveEnum<Value = String> + Copy>(column: &str, is: impl Fn(T) -> bool) -> String {
    match &words(is)[..] {
        [word] => format!("{column} = {word}"),
        words => format!("{column} in ({})", words.join(", ")),
    }
}

/// The same, said by the values for which it does not hold: as partial indexes and readers of the rest of a table say
/// it.
fn except<T: ActiveEnum<Value = String> + Copy>(column: &str, is: impl Fn(T) -> bool) -> String {
    match &words(|value| !is(value))[..] {
        [word] => format!("{column} <> {word}"),
        words => format!("{column} not in ({})", words.join(", ")),
    }
}

fn words<T: ActiveEnum<Value = String> + Copy>(is: impl Fn(T) -> bool) -> Vec<String> {
    T::iter().filter(|value| is(*value)).map(|value| format!("'{}'", value.to_value())).collect()
}

#[cfg(test)]
mod tests {
    use super::condition;

    #[test]
    fn rules_are_made_of_the_domains_predicates() {
        let said = |word: &str, inner: &str| condition(word, inner).unwrap();
        assert_eq!(said("owed", "r, i"), "r.status <> 'CANCELED' and i.voided_at is null");
        assert_eq!(said("billed", "r, i"), "r.status not in ('PENDING', 'CANCELED') and i.voided_at is null");
        assert_eq!(said("comped", "r, i"), "i.approved_by_id is not null and i.voided_at >= r.served_at");
        assert_eq!(said("unconfirmed", "r"), "r.status = 'PENDING'");
        assert_eq!(said("in_kitchen", "r"), "r.status in ('SUBMITTED', 'IN_KITCHEN', 'READY', 'SERVED')");
        assert_eq!(
            said("shown_in_kitchen", ""),
            "status in ('SUBMITTED', 'IN_KITCHEN', 'READY') and status not in ('SERVED', 'CANCELED')"
        );
        assert_eq!(
            said("serves", "r, $3"),
            "(r.role = 'ADMIN' or r.branch_id = $3 and r.role in ('ADMIN', 'MANAGER', 'WAITER'))"
        );
        assert_eq!(said("live_session", "s"), "s.status in ('OPEN', 'PAYING')");
        assert_eq!(said("ticket_being_made", "$2"), "$2 in ('PENDING', 'IN_PROGRESS')");
        assert_eq!(said("money", "p"), "p.status in ('APPROVED', 'IN_MEDIATION')");
        assert_eq!(condition("fff", "r"), None);
    }
}
