-- A line for each column (`column table.name type null|not null default|none`), each CHECK and foreign key, and each
-- unique index of a PostgreSQL schema.
select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || case when a.attnotnull then ' not null' else ' null' end
    || case when a.atthasdef or a.attidentity <> '' then ' default' else ' none' end
from pg_attribute a join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
union all
select 'rule ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace and contype in ('c', 'f')
union all
select 'unique ' || indrelid::regclass || ' '
    || regexp_replace(pg_get_indexdef(indexrelid), '^CREATE UNIQUE INDEX .* ON ', '')
from pg_index join pg_class c on c.oid = indrelid
where indisunique and c.relnamespace = 'public'::regnamespace
order by 1;
