//! A provider's payment is one, through whichever account of the business it is seen: two accounts of one seller, or
//! one that was taken out of use and connected again, must not count it twice (payments.md §5, invariant I8).

crate::dialect::migration! {"
create unique index payment_of_provider on payment (tenant_id, tender, provider_payment_id)
    where provider_payment_id is not null;
"}
