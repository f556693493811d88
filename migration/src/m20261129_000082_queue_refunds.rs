//! Refunds that are to be asked of a provider are pieces of `work`: of one payment in turn, but for those that the
//! provider has taken and not decided, which hold up no other (S11).
//!
//! A trigger makes the piece with the refund, so that one that an older program writes down while it still runs is
//! carried out after its end. It and this program may ask at once: under one key that is one refund.

crate::dialect::migration! {"
insert into work (tenant_id, queue, lane, kind, subject, series, cause, rank, status, attempts, next_at, created_at, updated_at)
    select r.tenant_id, 'payment.refund', p.account_id, '', cast(r.id as text),
        case when r.status <> 'PENDING' then r.payment_id end, '', 0, 'QUEUED', r.attempts,
        case when r.status = 'RUNNING' then coalesce(r.lease_until, r.next_at) else r.next_at end, r.created_at, r.created_at
    from refund r join payment p on p.id = r.payment_id
    where r.status in ('QUEUED', 'RUNNING', 'PENDING') and p.account_id is not null order by r.id;
",
postgres: "
create function refund_is_work() returns trigger language plpgsql as $$
begin
    insert into work as known (tenant_id, queue, lane, kind, subject, series, cause, rank, status, next_at, created_at, updated_at)
    select new.tenant_id, 'payment.refund', p.account_id, '', cast(new.id as text), new.payment_id, '', 0, 'QUEUED',
        new.next_at, new.next_at, new.next_at
    from payment p where p.id = new.payment_id and p.account_id is not null
    on conflict (queue, lane, kind, subject) do update set
        status = 'QUEUED', attempts = 0, next_at = excluded.next_at, series = excluded.series, updated_at = excluded.updated_at
        where known.status in ('DONE', 'DEAD');
    return null;
end $$;
create trigger refund_is_work_when_new after insert on refund for each row
    when (new.status = 'QUEUED') execute function refund_is_work();
create trigger refund_is_work_again after update on refund for each row
    when (new.status = 'QUEUED' and old.status in ('PROPOSED', 'FAILED')) execute function refund_is_work();
",
sqlite: "
create trigger refund_is_work_when_new after insert on refund when new.status = 'QUEUED' begin
    insert into work (tenant_id, queue, lane, kind, subject, series, cause, rank, status, next_at, created_at, updated_at)
    select new.tenant_id, 'payment.refund', p.account_id, '', cast(new.id as text), new.payment_id, '', 0, 'QUEUED',
        new.next_at, new.next_at, new.next_at
    from payment p where p.id = new.payment_id and p.account_id is not null
    on conflict (queue, lane, kind, subject) do update set
        status = 'QUEUED', attempts = 0, next_at = excluded.next_at, series = excluded.series, updated_at = excluded.updated_at
        where work.status in ('DONE', 'DEAD');
end;
create trigger refund_is_work_again after update on refund
    when new.status = 'QUEUED' and old.status in ('PROPOSED', 'FAILED') begin
    insert into work (tenant_id, queue, lane, kind, subject, series, cause, rank, status, next_at, created_at, updated_at)
    select new.tenant_id, 'payment.refund', p.account_id, '', cast(new.id as text), new.payment_id, '', 0, 'QUEUED',
        new.next_at, new.next_at, new.next_at
    from payment p where p.id = new.payment_id and p.account_id is not null
    on conflict (queue, lane, kind, subject) do update set
        status = 'QUEUED', attempts = 0, next_at = excluded.next_at, series = excluded.series, updated_at = excluded.updated_at
        where work.status in ('DONE', 'DEAD');
end;
"}
