-- What submitting a round of three items costs when every step is a statement of its own.
\set session random(:first, :last)
\set digest random(1, 1000000000000000)
begin;
select s.tenant_id, s.branch_id, s.table_id, t.sector_id, s.rounds_sent + 1 as number, b.round_confirmation from table_session s join dining_table t on t.id = s.table_id join branch b on b.id = s.branch_id where s.id = :session for update of s \gset
select id from round where session_id = :session and content_digest = :digest::text and created_at > now() - interval '10 seconds' and status <> 'CANCELED' order by round_number limit 1;
select p.id, p.name, p.image, bp.price_cents, bp.is_available, c.name, sc.name from branch_product bp join product p on p.id = bp.product_id and p.is_active join category c on c.id = p.category_id left join subcategory sc on sc.id = p.subcategory_id where bp.branch_id = :branch_id and bp.product_id in (101, 111, 118);
insert into round (tenant_id, branch_id, session_id, round_number, status, submitted_by, content_digest, created_at, submitted_at) values (:tenant_id, :branch_id, :session, :number, 'SUBMITTED', 'DINER', :digest::text, now(), now()) returning id as round_id \gset
insert into round_item (tenant_id, round_id, line, product_id, product_name, qty, unit_price_cents, notes, station) values (:tenant_id, :round_id, 1, 101, 'Coca-Cola 500ml', 2, 1500, '[Ana]', 'BAR'), (:tenant_id, :round_id, 2, 111, 'Empanada de carne', 3, 1200, '[Ana]', 'HOT_KITCHEN'), (:tenant_id, :round_id, 3, 118, 'Bife de chorizo', 1, 15000, '[Ana]', 'GRILL');
insert into kitchen_ticket (tenant_id, branch_id, round_id, station, status, created_at) select distinct tenant_id, :branch_id::bigint, round_id, station, 'PENDING', now() from round_item where round_id = :round_id and voided_at is null;
insert into kitchen_ticket_item (tenant_id, ticket_id, round_item_id) select i.tenant_id, t.id, i.id from round_item i join kitchen_ticket t on t.round_id = i.round_id and t.station = i.station where i.round_id = :round_id;
delete from cart_item where session_id = :session;
update table_session set rounds_sent = :number, cart_version = cart_version + 1 where id = :session;
update branch_stream set seq = seq + 2 where branch_id = :branch_id returning seq \gset
insert into event (tenant_id, branch_id, seq, type, table_id, session_id, sector_id, entity, actor_role, ts) values (:tenant_id, :branch_id, :seq - 1, 'ROUND_SUBMITTED', :table_id, :session, null, json_build_object('round_id', :round_id::bigint, 'round_number', :number::integer)::text, 'DINER', now()), (:tenant_id, :branch_id, :seq, 'CART_CLEARED', :table_id, :session, null, json_build_object('cleared', true)::text, 'DINER', now());
commit;
