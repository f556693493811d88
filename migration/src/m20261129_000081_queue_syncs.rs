//! What is to be fetched from providers moves into `work`, each piece under its number.
//!
//! `payment_sync` stays as it was, for an older program that still runs: what that one asks for is asked for in `work`
//! too, so that nothing is lost when it ends. Fetching twice is fetching once.

crate::dialect::migration! {"
insert into work (id, tenant_id, queue, lane, kind, subject, cause, rank, status, dirty, attempts, next_at, lease_until,
        fence, last_error, created_at, updated_at)
    select id, tenant_id, 'payment.sync', account_id, kind, resource_id, cause,
        case cause when 'HINT' then 2 when 'RETURN' then 1 else 0 end,
        case when status = 'RUNNING' then 'QUEUED' else status end, false, attempts,
        case when status = 'RUNNING' then coalesce(lease_until, next_at) else next_at end, null,
        fence, last_error, created_at, updated_at
    from payment_sync;
",
postgres: "
select setval(pg_get_serial_sequence('work', 'id'),
    greatest(nextval(pg_get_serial_sequence('payment_sync', 'id')), (select coalesce(max(id), 0) + 1 from work)));
create function payment_sync_is_work() returns trigger language plpgsql as $$
begin
    insert into work as known (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
    values (new.tenant_id, 'payment.sync', new.account_id, new.kind, new.resource_id, new.cause,
        case new.cause when 'HINT' then 2 when 'RETURN' then 1 else 0 end, 'QUEUED', new.next_at, new.updated_at, new.updated_at)
    on conflict (queue, lane, kind, subject) do update set
        dirty = known.dirty or known.status = 'RUNNING',
        next_at = case when known.status in ('DONE', 'DEAD') then excluded.next_at else known.next_at end,
        attempts = case when known.status in ('DONE', 'DEAD') then 0 else known.attempts end,
        status = case when known.status in ('DONE', 'DEAD') then 'QUEUED' else known.status end,
        updated_at = excluded.updated_at;
    return null;
end $$;
create trigger payment_sync_is_work after insert or update on payment_sync for each row
    when (new.status in ('QUEUED', 'RUNNING') and new.attempts = 0 and (new.status = 'QUEUED' or new.dirty))
    execute function payment_sync_is_work();
",
sqlite: "
delete from sqlite_sequence where name = 'work';
insert into sqlite_sequence (name, seq) select 'work', seq from sqlite_sequence where name = 'payment_sync';
create trigger payment_sync_is_work_when_new after insert on payment_sync when new.status = 'QUEUED' begin
    insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
    values (new.tenant_id, 'payment.sync', new.account_id, new.kind, new.resource_id, new.cause,
        case new.cause when 'HINT' then 2 when 'RETURN' then 1 else 0 end, 'QUEUED', new.next_at, new.updated_at, new.updated_at)
    on conflict (queue, lane, kind, subject) do update set
        dirty = work.dirty or work.status = 'RUNNING',
        next_at = case when work.status in ('DONE', 'DEAD') then excluded.next_at else work.next_at end,
        attempts = case when work.status in ('DONE', 'DEAD') then 0 else work.attempts end,
        status = case when work.status in ('DONE', 'DEAD') then 'QUEUED' else work.status end,
        updated_at = excluded.updated_at;
end;
create trigger payment_sync_is_work_again after update on payment_sync
    when new.status in ('QUEUED', 'RUNNING') and new.attempts = 0 and (new.status = 'QUEUED' or new.dirty) begin
    insert into work (tenant_id, queue, lane, kind, subject, cause, rank, status, next_at, created_at, updated_at)
    values (new.tenant_id, 'payment.sync', new.account_id, new.kind, new.resource_id, new.cause,
        case new.cause when 'HINT' then 2 when 'RETURN' then 1 else 0 end, 'QUEUED', new.next_at, new.updated_at, new.updated_at)
    on conflict (queue, lane, kind, subject) do update set
        dirty = work.dirty or work.status = 'RUNNING',
        next_at = case when work.status in ('DONE', 'DEAD') then excluded.next_at else work.next_at end,
        attempts = case when work.status in ('DONE', 'DEAD') then 0 else work.attempts end,
        status = case when work.status in ('DONE', 'DEAD') then 'QUEUED' else work.status end,
        updated_at = excluded.updated_at;
end;
"}
