//! How things are made. A recipe is a branch's; product and subcategory are what it speaks of, not what it stands
//! under.
//!
//! `name_key` is the name without regard to case, computed by domain::recipe: the databases do not agree on small
//! letters. The lines (ingredients, steps, modifications) and the lists of words are read and written as wholes: JSON,
//! checked where it enters.

crate::dialect::migration! {"
create table recipe (
    id {id},
    tenant_id bigint not null references tenant (id),
    branch_id bigint not null references branch (id),
    product_id bigint references product (id),
    subcategory_id bigint references subcategory (id),
    name text not null,
    name_key text not null,
    description text,
    short_description text,
    image text,
    cuisine_type text,
    difficulty text,
    prep_time_minutes integer check (prep_time_minutes >= 0),
    cook_time_minutes integer check (cook_time_minutes >= 0),
    servings integer check (servings > 0),
    calories_per_serving integer check (calories_per_serving >= 0),
    ingredients {json},
    preparation_steps {json},
    chef_notes text,
    presentation_tips text,
    storage_instructions text,
    dietary_tags {json},
    flavors {json},
    textures {json},
    cooking_methods {json},
    uses_oil boolean not null default false,
    is_celiac_safe boolean not null default false,
    allergen_notes text,
    modifications {json},
    warnings {json},
    cost_cents bigint check (cost_cents between 0 and 10000000),
    suggested_price_cents bigint check (suggested_price_cents between 0 and 10000000),
    yield_quantity text,
    yield_unit text,
    portion_size text,
    risk_level text not null default 'low' check (risk_level in ('low', 'medium', 'high')),
    custom_rag_disclaimer text,
    is_ingested boolean not null default false,
    last_ingested_at {instant},
    is_active boolean not null default true,
    deactivated boolean not null default false,
    deletion_id bigint references deletion (id),
    created_by_id bigint references app_user (id),
    created_at {instant} not null,
    check (cost_cents <= suggested_price_cents)
);
create index recipe_tenant on recipe (tenant_id);
create index recipe_product on recipe (product_id);
create index recipe_subcategory on recipe (subcategory_id);
create index recipe_deletion on recipe (deletion_id);
create index recipe_author on recipe (created_by_id);
create index recipe_branch on recipe (branch_id);
create unique index recipe_name_standing on recipe (branch_id, name_key) where deletion_id is null;

create table recipe_allergen (
    id {id},
    tenant_id bigint not null references tenant (id),
    recipe_id bigint not null references recipe (id),
    allergen_id bigint not null references allergen (id),
    unique (recipe_id, allergen_id)
);
create index recipe_allergen_tenant on recipe_allergen (tenant_id);
create index recipe_allergen_allergen on recipe_allergen (allergen_id);
"}
