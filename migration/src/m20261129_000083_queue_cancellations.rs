//! Payments that are to be called off are pieces of `work`. As with refunds, a trigger makes the piece of one that an
//! older program writes down while it still runs.

crate::dialect::migration! {"
insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
    select c.tenant_id, 'payment.cancel', p.account_id, '', cast(c.id as text), '', 0, 'QUEUED',
        coalesce(c.lease_until, c.created_at), c.created_at, c.created_at
    from cancellation c join payment p on p.id = c.payment_id
    where c.status in ('QUEUED', 'RUNNING') and p.account_id is not null order by c.id;
",
postgres: "
create function cancellation_is_work() returns trigger language plpgsql as $$
begin
    insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
    select new.tenant_id, 'payment.cancel', p.account_id, '', cast(new.id as text), '', 0, 'QUEUED',
        new.created_at, new.created_at, new.created_at
    from payment p where p.id = new.payment_id and p.account_id is not null
    on conflict (queue, lane, kind, subject) do nothing;
    return null;
end $$;
create trigger cancellation_is_work after insert on cancellation for each row
    when (new.status = 'QUEUED') execute function cancellation_is_work();
",
sqlite: "
create trigger cancellation_is_work after insert on cancellation when new.status = 'QUEUED' begin
    insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
    select new.tenant_id, 'payment.cancel', p.account_id, '', cast(new.id as text), '', 0, 'QUEUED',
        new.created_at, new.created_at, new.created_at
    from payment p where p.id = new.payment_id and p.account_id is not null
    on conflict (queue, lane, kind, subject) do nothing;
end;
"}
