//! A round on paper, to hang over the stove: what to make, for which table, since when.
//!
//! A struck item stays on it, crossed out and named so (a thermal printer may lose the line), and is not counted:
//! whoever holds an older print sees what changed.

use super::page::page;
use crate::page::Page;
use domain::{round::RoundStatus, timezone::local_time};
use maud::{Markup, html};
use store::view::PrintedRound;
use wire::kitchen::KitchenRoundItem;

/// The page.
pub(crate) fn kitchen_ticket(printed: &PrintedRound) -> Page {
    let round = &printed.round;
    let table = round.table_code.as_deref().unwrap_or("-");
    let since = local_time(round.submitted_at.unwrap_or(round.created_at), &printed.timezone);
    let portions: i32 = round.items.iter().filter(|item| !item.is_voided).map(|item| item.line.qty.get()).sum();
    let title = format!("Comanda {} · Mesa {table}", round.id);
    let body = html! {
        h1 { "Mesa " (table) }
        p { "Ronda N.º " (round.round_number) " · " (since.format("%d/%m/%Y %H:%M")) }
        @if round.status == RoundStatus::Canceled { h1 { "CANCELADA" } }
        table.kitchen { tbody { @for item in &round.items { (line(item)) } } }
        table { tbody { tr.sum { td { "Total de ítems" } td { (portions) } } } }
        p { (printed.branch_name) }
    };
    page(&title, &body)
}

fn line(item: &KitchenRoundItem) -> Markup {
    html! {
        tr.void[item.is_voided] {
            td {
                (item.line.qty.get()) " × " (item.line.product_name)
                @if let Some(notes) = &item.line.notes { small { (notes) } }
                @if item.is_voided {
                    small { "ANULADO" @if let Some(reason) = &item.void_reason { ": " (reason) } }
                }
            }
        }
    }
}
