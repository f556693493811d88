//! The language of a business: names sort by it. Spanish, as everybody's was, until the office says another.

crate::dialect::migration! {"
alter table tenant add column language text not null default 'es' check (length(language) between 2 and 6);
"}
