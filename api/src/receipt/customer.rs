//! The customer's receipt of a check, for a ticket printer of 80 mm or a screen.
//!
//! What was served is on it: a dish that a manager gave away at its price, and what that takes off as a line of its
//! own. Subtotal less what was taken off is the total, to the cent.

use super::{page::page, price};
use crate::page::Page;
use chrono::{DateTime, Utc};
use domain::{
    Cents,
    check::DiscountType,
    money::MoneyError,
    payment::{PaymentStatus, Provider, Tender},
    timezone::local_time,
};
use maud::{Markup, html};
use wire::bill::{ChargeLine, CheckDetail, CompLine, DiscountLine, PaymentLine};

/// The page.
///
/// # Errors
/// A sum does not fit.
pub(crate) fn customer(check: &CheckDetail) -> Result<Page, MoneyError> {
    let head = &check.head;
    let money = |amount: Cents| price(head.currency, amount);
    let ordered: Vec<&ChargeLine> = check.charges.iter().filter(|line| line.stands).collect();
    let served = ordered.iter().map(|line| line.gross_cents).chain(check.comps.iter().map(|line| line.amount_cents));
    let subtotal = Cents::checked_sum(served)?;
    // One that takes nothing off any more was for what is not on the bill.
    let discounts: Vec<&DiscountLine> = check.discounts.iter().filter(|line| line.amount_cents > Cents::ZERO).collect();
    let paid: Vec<&PaymentLine> = check.payments.iter().filter(|line| is_money(line.payment.status)).collect();
    let tips = Cents::checked_sum(paid.iter().map(|line| line.payment.tip_cents))?;
    let title = format!("Cuenta {} · Mesa {}", head.check_id, head.table_code);
    let body = html! {
        h1 { (head.branch_name) }
        @if let Some(address) = &head.branch_address { p { (address) } }
        p { "Mesa " (head.table_code) " · Cuenta N.º " (head.check_id) }
        p { (when(head.requested_at, &head.timezone)) }
        table {
            tbody {
                @for line in &ordered { (item(line.qty, &line.description, line.gross_cents, &money)) }
                @for line in &check.comps { (item(line.qty, &line.description, line.amount_cents, &money)) }
            }
            @if !discounts.is_empty() || !check.comps.is_empty() {
                tbody {
                    tr { td { "Subtotal" } td { (money(subtotal)) } }
                    @for line in &check.comps { (comp(line, &money)) }
                    @for line in &discounts { (discount(line, &money)) }
                }
            }
            tbody { tr.sum { td { "TOTAL" } td { (money(head.total_cents)) } } }
            @if !paid.is_empty() {
                tbody { @for line in &paid { (payment(line, &head.timezone, &money)) } }
            }
            @if tips > Cents::ZERO {
                tbody { tr { td { "Propinas" } td { (money(tips)) } } }
            }
            tbody {
                @if check.remaining_cents > Cents::ZERO {
                    tr { td { "Pagado" } td { (money(head.paid_cents)) } }
                    tr.sum { td { "RESTA PAGAR" } td { (money(check.remaining_cents)) } }
                } @else {
                    tr.sum { td { "PAGADO" } td { (money(head.paid_cents)) } }
                }
            }
        }
        p { "¡Gracias por su visita!" }
        p { small { "Documento no válido como factura" } }
    };
    Ok(page(&title, &body))
}

fn item(qty: i32, description: &str, gross: Cents, money: &impl Fn(Cents) -> String) -> Markup {
    // It is the quantity times the price of one, so this is exact.
    let one = gross.get().checked_div(qty.into()).and_then(|cents| Cents::new(cents).ok());
    html! {
        tr {
            td {
                (qty) " × " (description)
                @if qty > 1 { small { (money(one.unwrap_or(gross))) " c/u" } }
            }
            td { (money(gross)) }
        }
    }
}

fn comp(line: &CompLine, money: &impl Fn(Cents) -> String) -> Markup {
    html! {
        tr {
            td {
                "Invitación de la casa"
                small { (line.qty) " × " (line.description) @if let Some(reason) = &line.reason { ": " (reason) } }
            }
            td { "− " (money(line.amount_cents)) }
        }
    }
}

fn discount(line: &DiscountLine, money: &impl Fn(Cents) -> String) -> Markup {
    html! {
        tr {
            td {
                @if line.rounding { "Redondeo" } @else { "Descuento" }
                @if line.discount_type == DiscountType::Percent { " " (line.value) " %" }
                @if !line.rounding { small { (line.reason) } }
            }
            td { "− " (money(line.amount_cents)) }
        }
    }
}

fn payment(line: &PaymentLine, timezone: &str, money: &impl Fn(Cents) -> String) -> Markup {
    let payment = &line.payment;
    let change = payment.received_cents.map(|received| received.saturating_sub(payment.amount_cents));
    html! {
        tr {
            td {
                (method(payment.method))
                small { (when(payment.created_at, timezone)) }
                @if let Some(received) = payment.received_cents { small { "Recibido " (money(received)) } }
                @if let Some(change) = change { small { "Vuelto " (money(change)) } }
            }
            td { (money(payment.amount_cents)) }
        }
        @if payment.refunded_cents > Cents::ZERO {
            tr { td { "Devolución" } td { "− " (money(payment.refunded_cents)) } }
        }
        @if line.credit_cents > Cents::ZERO {
            tr { td { "Saldo a favor" } td { (money(line.credit_cents)) } }
        }
    }
}

pub(super) fn method(tender: Tender) -> &'static str {
    match tender {
        Tender::Cash => "Efectivo",
        Tender::CardPhysical => "Tarjeta",
        Tender::TransferExternal => "Transferencia",
        Tender::OtherManual => "Otro medio",
        Tender::Provider(Provider::DEFAULT) => "Mercado Pago",
        Tender::Provider(_) => "Pago desde el celular",
    }
}

/// Whether money changed hands, even if it went back.
const fn is_money(status: PaymentStatus) -> bool {
    match status {
        PaymentStatus::Approved | PaymentStatus::InMediation | PaymentStatus::Refunded | PaymentStatus::ChargedBack => {
            true
        }
        PaymentStatus::Pending
        | PaymentStatus::InProcess
        | PaymentStatus::Authorized
        | PaymentStatus::Rejected
        | PaymentStatus::Cancelled
        | PaymentStatus::Unknown => false,
    }
}

/// By the clock on the restaurant's wall.
pub(super) fn when(instant: DateTime<Utc>, timezone: &str) -> String {
    local_time(instant, timezone).format("%d/%m/%Y %H:%M").to_string()
}
