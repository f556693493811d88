//! A branch's day on paper. Every figure is that of the report it is named after.

use super::{
    customer::{method, when},
    page::page,
    price,
    price::signed_price,
};
use crate::page::Page;
use chrono::{DateTime, Utc};
use domain::{Cents, money::MoneyError};
use maud::{Markup, html};
use store::view::Place;
use wire::report::{MethodSales, PersonComps, PersonDiscounts, PersonVoids, PersonWriteOffs, ProductSales, Summary};

/// What a day came to.
#[derive(Debug)]
pub(crate) struct Day {
    /// Where, and which day.
    pub(crate) place: Place,
    /// The day in five numbers.
    pub(crate) summary: Summary,
    /// How money was tendered.
    pub(crate) methods: Vec<MethodSales>,
    /// What sold best.
    pub(crate) products: Vec<ProductSales>,
    /// What was struck.
    pub(crate) voids: Vec<PersonVoids>,
    /// What of that was given away after it was served.
    pub(crate) comps: Vec<PersonComps>,
    /// What was taken off.
    pub(crate) discounts: Vec<PersonDiscounts>,
    /// What was given up.
    pub(crate) write_offs: Vec<PersonWriteOffs>,
}

/// The page, as it was at `now`.
///
/// # Errors
/// A sum does not fit.
pub(crate) fn daily_report(day: &Day, now: DateTime<Utc>) -> Result<Page, MoneyError> {
    let place = &day.place;
    let money = |amount: Cents| price(place.currency, amount);
    let signed = |amount: i64| signed_price(place.currency, amount);
    let date = place.days.map_or_else(|| "-".to_owned(), |(_, last)| last.format("%d/%m/%Y").to_string());
    let title = format!("Reporte {date} · {}", place.name);
    let body = html! {
        h1 { (place.name) }
        @if let Some(address) = &place.address { p { (address) } }
        p { "Reporte del día " (date) }
        (sums(day, &signed)?)
        @if !day.methods.is_empty() {
            h2 { "Por medio de pago" }
            table { tbody { @for row in &day.methods { (tendered(row, &signed)) } } }
        }
        @if !day.products.is_empty() {
            h2 { "Más vendidos" }
            table { tbody { @for row in &day.products {
                tr { td { (row.quantity_sold) " × " (row.product_name) } td { (signed(row.total_revenue_cents)) } }
            } } }
        }
        @if !day.voids.is_empty() {
            h2 { "Anulaciones" }
            table { tbody { @for row in &day.voids {
                tr { td { (row.user_name.as_deref().unwrap_or("-")) " (" (row.void_count) ")" } td { (money(row.total_voided_cents)) } }
            } } }
        }
        @if !day.comps.is_empty() {
            h2 { "De ellas, invitaciones" }
            table { tbody { @for row in &day.comps {
                tr {
                    td {
                        (row.user_name.as_deref().unwrap_or("-")) " (" (row.comp_count) ")"
                        small { "Autorizó " (row.approved_by_name) }
                    }
                    td { (money(row.total_comped_cents)) }
                }
            } } }
        }
        @if !day.discounts.is_empty() {
            h2 { "Descuentos" }
            table { tbody { @for row in &day.discounts {
                tr { td { (row.user_name) " (" (row.discount_count) ")" } td { (money(row.total_discount_cents)) } }
            } } }
        }
        @if !day.write_offs.is_empty() {
            h2 { "Incobrables" }
            table { tbody { @for row in &day.write_offs {
                @if row.write_off_count > 0 {
                    tr { td { (row.user_name) " (" (row.write_off_count) ")" } td { (money(row.total_written_off_cents)) } }
                }
                @if row.reversal_count > 0 {
                    tr {
                        td { (row.user_name) " (" (row.reversal_count) ")" small { "Vueltos a cobrar" } }
                        td { "− " (money(row.total_reversed_cents)) }
                    }
                }
            } } }
        }
        p { small { "Emitido el " (when(now, &place.timezone)) } }
        p { small { "Documento no válido como factura" } }
    };
    Ok(page(&title, &body))
}

fn sums(day: &Day, money: &impl Fn(i64) -> String) -> Result<Markup, MoneyError> {
    let Day { summary, methods, .. } = day;
    let total =
        |of: fn(&MethodSales) -> i64| methods.iter().map(of).try_fold(0_i64, i64::checked_add).ok_or(MoneyError);
    let (tips, refunded) = (total(|row| row.total_tips_cents)?, total(|row| row.total_refunded_cents)?);
    let charged_back = total(|row| row.total_charged_back_cents)?;
    Ok(html! {
        table {
            tbody { tr.sum { td { "VENTAS" } td { (money(summary.total_revenue_cents)) } } }
            tbody {
                tr { td { "Propinas" } td { (money(tips)) } }
                tr { td { "Devoluciones" } td { (money(refunded)) } }
                @if charged_back != 0 { tr { td { "Contracargos" } td { (money(charged_back)) } } }
            }
            tbody {
                tr { td { "Pedidos" } td { (summary.total_orders) } }
                tr { td { "Promedio por pedido" } td { (money(summary.avg_order_value_cents)) } }
                tr { td { "Mesas atendidas" } td { (summary.total_sessions) } }
                @if let Some(hour) = summary.busiest_hour { tr { td { "Hora pico" } td { (format!("{hour:02}:00")) } } }
            }
        }
    })
}

fn tendered(row: &MethodSales, money: &impl Fn(i64) -> String) -> Markup {
    html! {
        tr {
            td {
                (method(row.method)) " (" (row.payment_count) ")"
                @if row.total_tips_cents != 0 { small { "Propinas " (money(row.total_tips_cents)) } }
                @if row.total_refunded_cents != 0 { small { "Devoluciones " (money(row.total_refunded_cents)) } }
            }
            td { (money(row.total_sales_cents)) }
        }
    }
}
