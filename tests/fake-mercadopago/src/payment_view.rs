//! A payment's JSON body, in the shape of the provider's.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::clock::stamp;
use crate::json::{Json, object};
use crate::payment::Payment;
use crate::refund::{self, Refund};

/// The body of `GET /v1/payments/{id}`, out of this version of the payment.
pub(crate) fn body(payment: &Payment, all: &BTreeMap<u64, Refund>) -> Json {
    let refunds: Vec<Json> =
        payment.refunds.iter().filter_map(|id| all.get(id)).filter(|refund| refund.shown()).map(refund::body).collect();
    let (method, kind) = payment.method;
    let mut fields = identity(payment);
    fields.extend(money(payment));
    fields.extend(dates(payment));
    let rest = [
        ("captured", payment.captured.into()),
        ("binary_mode", payment.binary.into()),
        // Test users give `true` as well: nobody can tell test from live by it.
        ("live_mode", true.into()),
        ("operation_type", "regular_payment".into()),
        ("processing_mode", "aggregator".into()),
        ("payment_method_id", method.into()),
        ("payment_type_id", kind.into()),
        ("payment_method", object([("id", method.into()), ("type", kind.into()), ("issuer_id", "2005".into())])),
        ("installments", 1_u16.into()),
        ("card", object([])),
        ("payer", object([("id", "1300000001".into()), ("email", "test_user@testuser.com".into())])),
        ("refunds", Json::List(refunds)),
        ("metadata", Json::Raw(payment.metadata.clone())),
        ("notification_url", payment.notification_url.clone().into()),
        ("marketplace_owner", Json::Null),
        ("statement_descriptor", Json::Null),
        ("point_of_interaction", point_of_interaction()),
    ];
    fields.extend(rest.map(|(name, value)| (name.to_owned(), value)));
    Json::Object(fields)
}

fn point_of_interaction() -> Json {
    let business = object([("unit", "online_payments".into()), ("sub_unit", "checkout_pro".into())]);
    object([("type", "CHECKOUT".into()), ("business_info", business)])
}

fn named<const N: usize>(fields: [(&str, Json); N]) -> Vec<(String, Json)> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn identity(payment: &Payment) -> Vec<(String, Json)> {
    named([
        ("id", payment.id.into()),
        ("status", payment.status.as_str().into()),
        ("status_detail", payment.detail.as_str().into()),
        ("external_reference", payment.reference.clone().into()),
        ("collector", object([("id", payment.seller.into())])),
        ("collector_id", payment.seller.into()),
        ("order", object([("id", payment.order.to_string().into()), ("type", "mercadopago".into())])),
    ])
}

fn money(payment: &Payment) -> Vec<(String, Json)> {
    // The provider keeps a fee of 4.1 %: net_received_amount must never be taken for what the guest paid.
    let fee = payment.amount * 41 / 1000;
    let details = object([
        ("net_received_amount", Json::Amount(payment.amount - fee)),
        ("total_paid_amount", Json::Amount(payment.amount)),
        ("overpaid_amount", Json::Amount(0)),
        ("installment_amount", Json::Amount(0)),
        ("external_resource_url", Json::Null),
    ]);
    let fees =
        object([("amount", Json::Amount(fee)), ("fee_payer", "collector".into()), ("type", "mercadopago_fee".into())]);
    named([
        ("currency_id", payment.currency.as_str().into()),
        ("transaction_amount", Json::Amount(payment.amount)),
        ("transaction_amount_refunded", Json::Amount(payment.refunded)),
        ("coupon_amount", Json::Amount(payment.coupon)),
        ("shipping_amount", Json::Amount(0)),
        ("taxes_amount", Json::Amount(0)),
        ("fee_details", Json::List(vec![fees])),
        ("charges_details", Json::List(Vec::new())),
        ("transaction_details", details),
    ])
}

fn dates(payment: &Payment) -> Vec<(String, Json)> {
    named([
        ("date_created", stamp(payment.created).into()),
        ("date_approved", payment.approved.map(stamp).into()),
        ("date_last_updated", stamp(payment.updated).into()),
        ("date_of_expiration", payment.expires.map(stamp).into()),
        ("money_release_date", payment.approved.map(|at| stamp(at + TimeDelta::days(18))).into()),
        ("money_release_status", payment.approved.map(|_| "pending").into()),
    ])
}
