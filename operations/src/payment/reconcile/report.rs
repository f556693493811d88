//! What a comparison says: a line for each payment that does not match, and the sums, which the lines explain to the
//! cent.

use domain::{Cents, money::MoneyError};
use store::{LedgerFault, Recorded};
use wire::reconcile::{Fault, Line, LineKind, Report, Side};

/// What the ledger says of itself.
pub(super) fn fault(fault: LedgerFault) -> Fault {
    let LedgerFault { kind, id, recorded_cents, allocated_cents } = fault;
    Fault { kind, id, recorded_cents, allocated_cents }
}

/// Adds a payment that at least one side knows.
///
/// # Errors
/// A sum does not fit.
pub(super) fn add(
    report: &mut Report,
    id: &str,
    theirs: Option<Side>,
    ours: Option<&Recorded>,
) -> Result<(), MoneyError> {
    let worth = ours.map(|row| row.net_cents.checked_add(row.tip_cents)).transpose()?;
    let recorded = ours.zip(worth).map(|(row, net_cents)| Side {
        status: row.status,
        amount_cents: row.amount_cents,
        refunded_cents: row.refunded_cents,
        net_cents,
    });
    let net = |side: Option<Side>| side.map_or(0, |side| side.net_cents.get());
    let difference = net(theirs) - net(recorded);
    report.provider_cents += net(theirs);
    report.ledger_cents += net(recorded);
    report.difference_cents += difference;
    let check = ours.and_then(|row| row.check_id);
    let (kind, note) = match (theirs, recorded) {
        (None, _) => (LineKind::Missing, "the provider does not know it".to_owned()),
        (Some(side), _) if check.is_none() && side.net_cents == Cents::ZERO && difference == 0 => {
            // Refused attempts that never found a check are nobody's money.
            report.matched += 1;
            return Ok(());
        }
        (Some(_), None) => (LineKind::Orphan, "it is not in the ledger yet".to_owned()),
        (Some(_), Some(_)) if check.is_none() => (LineKind::Orphan, "no check of ours asked for it".to_owned()),
        (Some(theirs), Some(ours)) if theirs == ours => {
            report.matched += 1;
            return Ok(());
        }
        (Some(theirs), Some(ours)) => (LineKind::Differing, told(theirs, ours)),
    };
    match kind {
        LineKind::Differing => report.differing += 1,
        LineKind::Orphan => report.orphan += 1,
        LineKind::Missing => report.missing += 1,
    }
    report.lines.push(Line {
        kind,
        provider_payment_id: id.to_owned(),
        payment_id: ours.map(|row| row.id),
        check_id: check,
        theirs,
        ours: recorded,
        difference_cents: difference,
        note,
    });
    Ok(())
}

fn told(theirs: Side, ours: Side) -> String {
    let mut told = Vec::new();
    if theirs.status != ours.status {
        told.push(format!("it is {} there, {} here", theirs.status, ours.status));
    }
    for (what, there, here) in [
        ("paid", theirs.amount_cents, ours.amount_cents),
        ("given back", theirs.refunded_cents, ours.refunded_cents),
        ("counted", theirs.net_cents, ours.net_cents),
    ] {
        if there != here {
            told.push(format!("{} cents {what} there, {} here", there.get(), here.get()));
        }
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use domain::{AccountId, BranchId, CheckId, PaymentId, payment::PaymentStatus};

    fn side(status: PaymentStatus, amount: i64, refunded: i64, net: i64) -> Side {
        let cents = |cents| Cents::new(cents).expect("an amount");
        Side { status, amount_cents: cents(amount), refunded_cents: cents(refunded), net_cents: cents(net) }
    }

    fn recorded(id: &str, check: Option<i64>, side: Side) -> Recorded {
        Recorded {
            id: PaymentId(1),
            branch_id: BranchId(1),
            check_id: check.map(CheckId),
            provider_payment_id: id.to_owned(),
            status: side.status,
            amount_cents: side.amount_cents,
            refunded_cents: side.refunded_cents,
            net_cents: side.net_cents,
            tip_cents: Cents::ZERO,
        }
    }

    fn empty() -> Report {
        let now = DateTime::UNIX_EPOCH;
        Report {
            branch_id: BranchId(1),
            account_id: AccountId(1),
            day: now.date_naive(),
            from: now,
            to: now,
            compared_at: now,
            matched: 0,
            differing: 0,
            orphan: 0,
            missing: 0,
            provider_cents: 0,
            ledger_cents: 0,
            difference_cents: 0,
            lines: Vec::new(),
            ledger_faults: Vec::new(),
        }
    }

    #[test]
    fn the_difference_is_the_sum_of_the_lines() {
        let mut report = empty();
        let paid = side(PaymentStatus::Approved, 1_000, 0, 1_000);
        add(&mut report, "same", Some(paid), Some(&recorded("same", Some(1), paid))).unwrap();
        let refunded = side(PaymentStatus::Approved, 1_000, 400, 600);
        add(&mut report, "behind", Some(refunded), Some(&recorded("behind", Some(1), paid))).unwrap();
        add(&mut report, "new", Some(paid), None).unwrap();
        add(&mut report, "nobody's", Some(paid), Some(&recorded("nobody's", None, paid))).unwrap();
        add(&mut report, "invented", None, Some(&recorded("invented", Some(1), paid))).unwrap();
        add(&mut report, "refused", Some(side(PaymentStatus::Rejected, 1_000, 0, 0)), None).unwrap();
        assert_eq!((report.matched, report.differing, report.orphan, report.missing), (2, 1, 2, 1));
        assert_eq!((report.provider_cents, report.ledger_cents), (3_600, 4_000));
        assert_eq!(report.difference_cents, -400);
        assert_eq!(report.lines.iter().map(|line| line.difference_cents).sum::<i64>(), report.difference_cents);
        assert!(report.lines[0].note.contains("400 cents given back there, 0 here"), "{}", report.lines[0].note);
    }
}
