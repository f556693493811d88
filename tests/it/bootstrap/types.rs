//! The types of the dashboard's client (admin-kitchen.md §2), and whether an answer is one of them: a field that is
//! missing or of another kind makes a page fall over, a field too many does not.

use harness::Value;

/// Name and fields. Kinds: `int`, `num`, `str`, `bool`, `dt`, `date`, `time`, `cents`, `any`, another type, `[kind]`
/// for a list, `{kind}` for an object of such values; `?` after it: may be null.
pub(super) const TYPES: &[(&str, &str)] = &[
    ("Login", "access_token:str refresh_token:str token_type:str expires_in:int requires_2fa:bool user:User"),
    ("User", "id:int email:str tenant_id:int branch_ids:[int] roles:[str]"),
    ("Refreshed", "access_token:str refresh_token:str token_type:str expires_in:int"),
    ("Done", "success:bool message:str"),
    ("TwoFactor", "secret:str otpauth_url:str qr_url:str"),
    ("Enabled", "enabled:bool message:str"),
    ("Tenant", "id:int name:str slug:str description:str? logo:str? theme_color:str created_at:dt"),
    (
        "Branch",
        "id:int tenant_id:int name:str slug:str address:str? phone:str? timezone:str opening_time:time? closing_time:time?
         is_active:bool created_at:dt",
    ),
    ("Category", "id:int tenant_id:int branch_id:int name:str icon:str? image:str? order:int is_active:bool"),
    ("Subcategory", "id:int tenant_id:int category_id:int name:str image:str? order:int is_active:bool"),
    (
        "Product",
        "id:int tenant_id:int name:str description:str? image:str? category_id:int subcategory_id:int? featured:bool popular:bool
         badge:str? seal:str? allergen_ids:[int] allergens:[Presence] recipe_id:int? inherits_from_recipe:bool recipe_name:str?
         is_active:bool created_at:dt branch_prices:[Price]",
    ),
    ("Presence", "allergen_id:int allergen_name:str allergen_icon:str? presence_type:str"),
    ("Price", "branch_id:int price_cents:cents is_available:bool"),
    (
        "Allergen",
        "id:int tenant_id:int name:str icon:str? description:str? is_mandatory:bool severity:str is_active:bool cross_reactions:[Reaction]?",
    ),
    ("Reaction", "id:int cross_reacts_with_id:int cross_reacts_with_name:str probability:str notes:str?"),
    (
        "CrossReaction",
        "id:int tenant_id:int allergen_id:int allergen_name:str cross_reacts_with_id:int cross_reacts_with_name:str probability:str
         notes:str? is_active:bool",
    ),
    ("Sector", "id:int tenant_id:int branch_id:int? name:str prefix:str display_order:int is_active:bool is_global:bool"),
    (
        "Table",
        "id:int tenant_id:int branch_id:int code:str capacity:int sector:str? status:str is_active:bool active_round_statuses:{str}
         confirmed_by_name:str?",
    ),
    ("Batch", "created_count:int tables:[Table]"),
    ("Qr", "url:str table_code:str branch_slug:str"),
    (
        "TableSession",
        "session_id:int table_id:int table_code:str status:str opened_at:dt diners:[Diner] rounds:[SessionRound] check_status:str?
         total_cents:cents paid_cents:cents",
    ),
    ("Diner", "id:int session_id:int name:str color:str local_id:str? joined_at:dt device_id:str?"),
    ("SessionRound", "id:int round_number:int status:str created_at:dt submitted_at:dt? items:[SessionItem]"),
    (
        "SessionItem",
        "id:int product_id:int product_name:str category_name:str? qty:int unit_price_cents:cents notes:str? diner_id:int? diner_name:str?
         diner_color:str?",
    ),
    (
        "Staff",
        "id:int tenant_id:int email:str first_name:str? last_name:str? phone:str? dni:str? hire_date:date? is_active:bool created_at:dt
         branch_roles:[BranchRole]",
    ),
    ("BranchRole", "branch_id:int role:str"),
    (
        "Overview",
        "branch_id:int branch_name:str assignment_date:date shift:str? sectors:[Covered] unassigned_waiters:[Waiter]",
    ),
    ("Covered", "sector_id:int sector_name:str sector_prefix:str waiters:[Waiter]"),
    ("Waiter", "id:int name:str email:str"),
    ("BulkResult", "created_count:int skipped_count:int assignments:[Assignment]"),
    (
        "Assignment",
        "id:int tenant_id:int branch_id:int sector_id:int sector_name:str sector_prefix:str waiter_id:int waiter_name:str waiter_email:str
         assignment_date:date shift:str? is_active:bool",
    ),
    ("Removed", "message:str id:int"),
    ("Cleared", "message:str deleted_count:int"),
    (
        "Round",
        "id:int round_number:int status:str items:[RoundItem] created_at:dt table_id:int? table_code:str? submitted_at:dt?",
    ),
    (
        "RoundItem",
        "id:int product_id:int product_name:str qty:int unit_price_cents:cents notes:str? is_voided:bool void_reason:str?",
    ),
    ("Voided", "success:bool item_id:int round_id:int is_voided:bool void_reason:str round_canceled:bool message:str"),
    ("Stats", "total_active:int pending:int in_kitchen:int ready:int"),
    (
        "Order",
        "id:int round_number:int status:str table_id:int? table_code:str? branch_id:int branch_name:str session_id:int items:[OrderItem]
         submitted_at:dt? total_cents:cents",
    ),
    ("OrderItem", "id:int product_id:int product_name:str qty:int unit_price_cents:cents notes:str? diner_name:str?"),
    (
        "Summary",
        "total_revenue_cents:cents total_orders:int avg_order_value_cents:cents total_sessions:int busiest_hour:int?",
    ),
    ("Day", "date:date total_sales_cents:cents order_count:int avg_order_cents:cents"),
    ("TopProduct", "product_id:int product_name:str quantity_sold:int total_revenue_cents:cents"),
    ("Hour", "hour:int order_count:int"),
    (
        "Performance",
        "user_id:int user_name:str total_tables_served:int total_rounds_processed:int total_revenue_cents:cents total_tips_cents:cents
         avg_service_time_minutes:num total_service_calls:int avg_response_time_seconds:num",
    ),
    (
        "Audit",
        "id:int tenant_id:int user_id:int? user_email:str? action:str entity_type:str entity_id:int? old_values:{any}? new_values:{any}?
         ip_address:str? user_agent:str? created_at:dt",
    ),
    ("Exclusions", "category_exclusions:[CategoryExclusion] subcategory_exclusions:[SubcategoryExclusion]"),
    ("CategoryExclusion", "category_id:int category_name:str excluded_branch_ids:[int]"),
    (
        "SubcategoryExclusion",
        "subcategory_id:int subcategory_name:str category_id:int category_name:str excluded_branch_ids:[int]",
    ),
    ("Restored", "success:bool message:str entity_type:str entity_id:int"),
    ("Group", "id:int name:str description:str? icon:str? is_active:bool"),
    (
        "Ingredient",
        "id:int tenant_id:int name:str description:str? group_id:int? group_name:str? is_processed:bool is_active:bool created_at:dt
         sub_ingredients:[SubIngredient]",
    ),
    ("SubIngredient", "id:int ingredient_id:int name:str description:str? is_active:bool"),
    (
        "Promotion",
        "id:int tenant_id:int name:str description:str? price_cents:cents image:str? start_date:date end_date:date start_time:time
         end_time:time promotion_type_id:str? branch_ids:[int] items:[PromotionItem] is_active:bool created_at:dt updated_at:dt?",
    ),
    ("PromotionItem", "product_id:int quantity:int"),
    (
        "Recipe",
        "id:int tenant_id:int branch_id:int branch_name:str? product_id:int? product_name:str? subcategory_id:int? subcategory_name:str?
         category_id:int? category_name:str? name:str description:str? short_description:str? image:str? cuisine_type:str?
         difficulty:str? prep_time_minutes:int? cook_time_minutes:int? total_time_minutes:int? servings:int? calories_per_serving:int?
         ingredients:[RecipeIngredient]? preparation_steps:[Step]? chef_notes:str? presentation_tips:str? storage_instructions:str?
         allergen_ids:[int]? allergens:[RecipeAllergen]? dietary_tags:[str]? flavors:[str]? textures:[str]? cooking_methods:[str]?
         uses_oil:bool is_celiac_safe:bool allergen_notes:str? modifications:[any]? warnings:[str]? cost_cents:cents?
         suggested_price_cents:cents? yield_quantity:str? yield_unit:str? portion_size:str? risk_level:str custom_rag_disclaimer:str?
         is_active:bool is_ingested:bool last_ingested_at:dt? created_at:dt created_by_email:str?",
    ),
    ("RecipeIngredient", "ingredient_id:int? name:str quantity:str unit:str notes:str?"),
    ("Step", "step:int instruction:str time_minutes:int?"),
    ("RecipeAllergen", "id:int name:str icon:str?"),
    (
        "Option",
        "id:int tenant_id:int name:str category:str? extra_cost_cents:cents order:int is_active:bool product_ids:[int]",
    ),
    ("CatalogEntry", "id:int name:str description:str? icon:str? is_active:bool"),
];

/// What is wrong with `value` as a `kind`, and where.
pub(super) fn misfit(value: &Value, kind: &str, at: &str) -> Option<String> {
    if let Some(kind) = kind.strip_suffix('?') {
        return if value.is_null() { None } else { misfit(value, kind, at) };
    }
    let wrong = |is_right: bool| (!is_right).then(|| format!("{at} is {value}, no {kind}"));
    if let Some(kind) = inner(kind, '[', ']') {
        let Some(all) = value.as_array() else { return wrong(false) };
        return all.iter().enumerate().find_map(|(place, one)| misfit(one, kind, &format!("{at}[{place}]")));
    }
    if let Some(kind) = inner(kind, '{', '}') {
        let Some(all) = value.as_object() else { return wrong(false) };
        return all.iter().find_map(|(name, one)| misfit(one, kind, &format!("{at}.{name}")));
    }
    let text = |is_right: fn(&str) -> bool| wrong(value.as_str().is_some_and(is_right));
    match kind {
        "any" => None,
        "int" => wrong(value.as_i64().is_some_and(|number| number >= 0)),
        "cents" => wrong(value.is_i64()),
        "num" => wrong(value.is_number()),
        "bool" => wrong(value.is_boolean()),
        "str" => wrong(value.is_string()),
        "dt" => text(|text| chrono::DateTime::parse_from_rfc3339(text).is_ok()),
        "date" => text(|text| text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok()),
        "time" => text(|text| text.len() == 5 && chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok()),
        name => {
            let (_, fields) =
                TYPES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no type {name}"));
            if !value.is_object() {
                return wrong(false);
            }
            fields.split_whitespace().find_map(|field| {
                let (field, kind) = field.split_once(':').unwrap();
                match value.get(field) {
                    Some(value) => misfit(value, kind, &format!("{at}.{field}")),
                    None => Some(format!("{at} has no {field}: {value}")),
                }
            })
        }
    }
}

fn inner(kind: &str, open: char, close: char) -> Option<&str> {
    kind.strip_prefix(open)?.strip_suffix(close)
}

#[test]
fn a_missing_field_and_a_wrong_kind_are_misfits() {
    let group = harness::json!({"id": 1, "name": "a", "description": null, "icon": null, "is_active": true, "more": 1});
    assert_eq!(misfit(&group, "Group", "$"), None);
    for (field, value) in [("id", harness::json!("1")), ("name", Value::Null), ("is_active", harness::json!(1))] {
        let mut other = group.clone();
        other[field] = value;
        assert!(
            misfit(&harness::json!([group, other]), "[Group]", "$").is_some_and(|said| said.contains("$[1]")),
            "{field}"
        );
    }
    let mut less = group;
    less.as_object_mut().unwrap().remove("icon");
    assert!(misfit(&less, "Group", "$").is_some());
    for (value, kind) in [("2026-1-1", "date"), ("2026-01-01", "dt"), ("9:00", "time")] {
        assert!(misfit(&value.into(), kind, "$").is_some(), "{value} as {kind}");
    }
}
