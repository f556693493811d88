//! A product may be made by a recipe and take its allergens from there; and it has a taste and a feel, by the lists of
//! words of the business.

crate::dialect::migration! {"
alter table product add column recipe_id bigint references recipe (id);
alter table product add column inherits_from_recipe boolean not null default false;
alter table product add column sensory {json};
create index product_recipe on product (recipe_id);
"}
