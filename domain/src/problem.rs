//! The codes of problems: a closed list, so that programs can be written against it. The clients show the sentence and
//! test the code (diner-waiter.md §1.7).

use crate::status::word_enum;

word_enum! {
    /// The stable name of a problem. A new one is added at its place; one that is published keeps its word.
    ProblemCode {
        // Of any request.
        /// Nobody is logged in, or the token is not good any more.
        Unauthorized = "unauthorized",
        /// Known, but not allowed.
        Forbidden = "forbidden",
        /// It does not exist, or is another business's.
        NotFound = "not_found",
        /// The path is there, but not with this method.
        MethodNotAllowed = "method_not_allowed",
        /// Body, path or query do not have the documented shape.
        InvalidRequest = "invalid_request",
        /// The body broke off.
        UnreadableBody = "unreadable_body",
        /// The body is longer than anything this address takes.
        BodyTooLarge = "body_too_large",
        /// The body is of a kind that this address does not read.
        UnsupportedMediaType = "unsupported_media_type",
        /// The address speaks WebSocket only.
        UpgradeRequired = "upgrade_required",
        /// The `Idempotency-Key` header is not a key.
        BadIdempotencyKey = "bad_idempotency_key",
        /// The key was used for another request.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// Too often.
        RateLimited = "rate_limited",
        /// Something this needs is down or overloaded.
        Unavailable = "unavailable",
        /// Our fault.
        Internal = "internal",
        /// The state of the thing does not allow it.
        IllegalTransition = "illegal_transition",
        /// It exists already and cannot exist twice.
        AlreadyExists = "already_exists",
        /// The amount is more than can be counted.
        AmountOutOfRange = "amount_out_of_range",
        // Of accounts.
        /// The second factor is switched on already.
        SecondFactorEnabled = "2fa_enabled",
        /// The second factor is not switched on.
        SecondFactorNotEnabled = "2fa_not_enabled",
        /// No second factor waits for its first code.
        SecondFactorNotPending = "2fa_not_pending",
        /// The code of the second factor is wrong.
        InvalidSecondFactorCode = "invalid_2fa_code",
        /// The old password is not the one that the account has.
        WrongPassword = "wrong_password",
        /// The person is not let in at present.
        SwitchedOff = "switched_off",
        /// The operator suspended the business.
        BusinessSuspended = "business_suspended",
        // Of tables and sessions.
        /// In this branch only the QR code lets in.
        ScanTheQrCode = "scan_the_qr_code",
        /// Several branches have a table of that code, and none was named.
        AmbiguousTableCode = "ambiguous_table_code",
        /// Staff removed the phone from its table.
        RemovedFromTable = "removed_from_table",
        /// The table has as many guests as it can have.
        TooManyDiners = "too_many_diners",
        /// The table has a party.
        TableOccupied = "table_occupied",
        /// The table has no party.
        NoActiveSession = "no_active_session",
        /// The party is at that table already.
        SameTable = "same_table",
        /// The two things are in different branches.
        AnotherBranch = "another_branch",
        /// That person serves no tables in the branch.
        NotAWaiterHere = "not_a_waiter_here",
        /// Nobody of that id is at the table.
        UnknownDiner = "unknown_diner",
        /// Nobody has registered at the table.
        NoDiner = "no_diner",
        /// The visit was rated already.
        FeedbackExists = "feedback_exists",
        // Of orders.
        /// The cart has as many lines as it can have.
        CartFull = "cart_full",
        /// The order costs more than its sender saw.
        PriceRose = "price_rose",
        /// The product cannot be ordered for now.
        ProductUnavailable = "product_unavailable",
        /// The branch does not offer the product.
        ProductNotOffered = "product_not_offered",
        /// The product is not served at this hour.
        ProductNotServedNow = "product_not_served_now",
        /// Fewer portions are left than were ordered.
        NotEnoughLeft = "not_enough_left",
        /// The modifier cannot be chosen of that product.
        CustomizationNotOffered = "customization_not_offered",
        /// A line costs more than can be counted.
        PriceTooHigh = "price_too_high",
        /// The item was struck already.
        AlreadyVoided = "already_voided",
        /// The round has its kitchen tickets already.
        TicketsExist = "tickets_exist",
        // Of checks and money.
        /// There is nothing to pay for.
        NothingOrdered = "nothing_ordered",
        /// All that the party ordered waits for a waiter's word, so there is nothing to bill yet.
        RoundWaits = "round_waits",
        /// The check was asked for before this guest joined.
        JoinedAfterCheckRequest = "joined_after_check_request",
        /// The party has left; its check does not change any more.
        CheckClosed = "check_closed",
        /// The party is still there, so its check is paid, or something is taken off it.
        PartyStillHere = "party_still_here",
        /// Nothing of it is owed any more.
        NothingOwed = "nothing_owed",
        /// Nothing of it is written off, or not any more.
        NothingWrittenOff = "nothing_written_off",
        /// The check is not paid.
        CheckNotPaid = "check_not_paid",
        /// The discount is more than what there is to discount.
        DiscountTooLarge = "discount_too_large",
        /// Another phone pays the item, or it is paid.
        ItemClaimed = "item_claimed",
        /// More than remains to be paid.
        MoreThanOwed = "more_than_owed",
        /// More than can still be given back.
        MoreThanLeft = "more_than_left",
        /// Less was handed over than is to be paid.
        TooLittle = "too_little",
        /// Nothing of this payment can be given back.
        NotRefundable = "not_refundable",
        /// Somebody resolved it already.
        AlreadyResolved = "already_resolved",
        /// The register is open already.
        CashSessionOpen = "cash_session_open",
        /// Cash moves in this branch only while a session of the register is open.
        NoCashSession = "no_cash_session",
        /// The tip was shared out already.
        AlreadyDistributed = "already_distributed",
        /// Nothing is left of the tip.
        NothingLeft = "nothing_left",
        /// The pool is not in use in the tip's branch.
        UnusablePool = "unusable_pool",
        /// The branch has checks in its currency already.
        CurrencyInUse = "currency_in_use",
        /// The branches asked for have different currencies.
        MixedCurrencies = "mixed_currencies",
        // Of payment providers.
        /// Nobody can pay through a provider here for now.
        ProviderNotConfigured = "provider_not_configured",
        /// The provider does not answer.
        ProviderUnavailable = "provider_unavailable",
        /// The provider refused, or its answer was lost.
        ProviderRefused = "provider_refused",
        /// The provider does not accept the credentials.
        CredentialsRefused = "credentials_refused",
        /// The currency has no money for that fraction.
        AmountNotWhole = "amount_not_whole",
        /// The provider account is out of use.
        AccountDisabled = "account_disabled",
        /// There is a provider account for it already.
        AccountExists = "account_exists",
        /// Somebody else changed it in between.
        ChangedMeanwhile = "changed_meanwhile",
        // Of the office.
        /// Something else has that name.
        NameTaken = "name_taken",
        /// Another branch has that slug.
        SlugTaken = "slug_taken",
        /// Another table has that code.
        CodeTaken = "code_taken",
        /// Another sector has that prefix.
        PrefixTaken = "prefix_taken",
        /// Another person has that login.
        EmailTaken = "email_taken",
        /// There is no such kind of thing.
        UnknownEntity = "unknown_entity",
        /// The request names something that is not there.
        UnknownReference = "unknown_reference",
        /// The request names a branch that is not there.
        UnknownBranch = "unknown_branch",
        /// The request names a subcategory that is not there.
        UnknownSubcategory = "unknown_subcategory",
        /// The request names a product that is not there.
        UnknownProduct = "unknown_product",
        /// The request names an ingredient that is not there.
        UnknownIngredient = "unknown_ingredient",
        /// The request names a group of ingredients that is not there.
        UnknownGroup = "unknown_group",
        /// The request names an allergen that is not there.
        UnknownAllergen = "unknown_allergen",
        /// The request names an entry of a catalogue that is not there.
        UnknownWord = "unknown_word",
        /// The modifier can be chosen of that product already.
        AlreadyLinked = "already_linked",
        /// The ingredient has parts.
        HasParts = "has_parts",
        /// Only a processed ingredient has parts.
        NotProcessed = "not_processed",
        /// Nobody can do this to the own account.
        OwnAccount = "own_account",
        /// Nobody would be left to run the business.
        LastAdmin = "last_admin",
        /// It is in use.
        InUse = "in_use",
        /// What it belongs to is deleted.
        ParentDeleted = "parent_deleted",
        /// It was deleted with something else, and comes back with that.
        WentWithAnother = "went_with_another",
        // Of pictures.
        /// The file is no picture.
        NotAPicture = "not_a_picture",
        /// The picture is damaged.
        DamagedPicture = "damaged_picture",
        /// The picture's colours cannot be converted.
        UnknownColors = "unknown_colors",
        /// The picture has more pixels than can be taken in.
        TooManyPixels = "too_many_pixels",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_word_is_one_code_and_written_as_it_is_named() {
        let words: BTreeSet<&str> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), ProblemCode::ALL.len());
        for code in ProblemCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            assert!(code.as_str().bytes().all(plain), "{code}");
        }
    }
}
