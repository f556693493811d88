//! The customer's receipt of a check, for a ticket printer of 80 mm or a screen.

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
use wire::bill::{ChargeLine, CheckDetail, DiscountLine, PaymentLine};

/// The page.
///
/// # Errors
/// A sum does not fit.
pub(crate) fn customer(check: &CheckDetail) -> Result<Page, MoneyError> {
    let head = &check.head;
    let money = |amount: Cents| price(head.currency, amount);
    let ordered: Vec<&ChargeLine> = check.charges.iter().filter(|line| line.stands).collect();
    let subtotal = Cents::checked_sum(ordered.iter().map(|line| line.gross_cents))?;
    let paid: Vec<&PaymentLine> = check.payments.iter().filter(|line| is_money(line.payment.status)).collect();
    let tips = Cents::checked_sum(paid.iter().map(|line| line.payment.tip_cents))?;
    let title = format!("Cuenta {} · Mesa {}", head.check_id, head.table_code);
    let body = html! {
        h1 { (head.branch_name) }
        @if let Some(address) = &head.branch_address { p { (address) } }
        p { "Mesa " (head.table_code) " · Cuenta N.º " (head.check_id) }
        p { (when(head.requested_at, &head.timezone)) }
        table {
            tbody { @for line in &ordered { (item(line, &money)) } }
            @if !check.discounts.is_empty() {
                tbody {
                    tr { td { "Subtotal" } td { (money(subtotal)) } }
                    @for line in &check.discounts { (discount(line, &money)) }
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

fn item(line: &ChargeLine, money: &impl Fn(Cents) -> String) -> Markup {
    // The charge is its quantity times the price of one, so this is exact.
    let one = line.gross_cents.get().checked_div(line.qty.into()).and_then(|cents| Cents::new(cents).ok());
    html! {
        tr {
            td {
                (line.qty) " × " (line.description)
                @if line.qty > 1 { small { (money(one.unwrap_or(line.gross_cents))) " c/u" } }
            }
            td { (money(line.gross_cents)) }
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
