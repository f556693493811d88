//! Money as whole cents: no floats, no unchecked arithmetic, never negative.

use crate::{status::text_enum, text::Refused};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a branch and its provider account count in: those of the default provider's sites (ISO 4217).
    Currency {
        /// Argentina.
        Ars = "ARS",
        /// Brazil.
        Brl = "BRL",
        /// Chile; no fractions.
        Clp = "CLP",
        /// Colombia.
        Cop = "COP",
        /// Mexico.
        Mxn = "MXN",
        /// Peru.
        Pen = "PEN",
        /// Uruguay.
        Uyu = "UYU",
    }
}

/// An amount of money in cents (1/100 of the branch's currency; the wire's `*_cents` fields). Never negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[serde(try_from = "i64", into = "i64")]
#[schema(minimum = 0)]
pub struct Cents(i64);

/// The highest price in payable units ([`Currency::unit`]).
const MAX_UNITS: i64 = 1_000_000_000;

/// The highest price of any currency, in hundredths: that of one without fractions. The highest of a branch's own is
/// [`Currency::max_price`].
pub const MAX_PRICE: Cents = Cents(MAX_UNITS * 100);

/// The highest sum, in hundredths: of a round, of all that a table owes. Sums of a hundred thousand of them still fit,
/// and a program that keeps numbers as JavaScript does counts it exactly.
pub const MAX_SUM: Cents = Cents(10_000_000_000_000);

impl Currency {
    /// The smallest amount that can be paid, in hundredths.
    #[must_use]
    pub const fn unit(self) -> i64 {
        match self {
            Self::Clp | Self::Cop => 100,
            Self::Ars | Self::Brl | Self::Mxn | Self::Pen | Self::Uyu => 1,
        }
    }

    /// The highest price of one product, in hundredths.
    #[must_use]
    pub const fn max_price(self) -> Cents {
        Cents(MAX_UNITS * self.unit())
    }
}

/// The smallest payable amount of a currency. Whatever is divided, or taken as a percentage, is rounded to whole ones,
/// so that nobody is asked for what no coin and no provider pays.
///
/// Chile has no coin below the peso and its card networks take no fraction. Colombia writes cents, but its smallest
/// coin is 50 pesos and card networks take whole pesos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit(i64);

impl Default for Unit {
    fn default() -> Self {
        Self::CENT
    }
}

impl Unit {
    /// A cent: where nothing coarser is asked for.
    pub const CENT: Self = Self(1);

    /// The currency's.
    #[must_use]
    pub const fn of(currency: Currency) -> Self {
        Self(currency.unit())
    }

    /// Its worth in cents.
    #[must_use]
    pub const fn cents(self) -> i64 {
        self.0
    }

    /// Whether the amount can be paid: it is a whole number of units.
    #[must_use]
    pub const fn pays(self, amount: Cents) -> bool {
        amount.0 % self.0 == 0
    }

    /// This unit where it pays all of the amounts. The cent where it does not: a price of before the branch's currency
    /// was set stays what it is, and nothing of it gets lost.
    #[must_use]
    pub fn fitting(self, amounts: impl IntoIterator<Item = Cents>) -> Self {
        if amounts.into_iter().all(|amount| self.pays(amount)) { self } else { Self::CENT }
    }

    /// How many units an amount is; what is no whole unit is left out.
    #[must_use]
    pub const fn count(self, amount: Cents) -> Cents {
        Cents(amount.0 / self.0)
    }

    /// What so many units are worth.
    #[must_use]
    pub const fn worth(self, count: Cents) -> Cents {
        Cents(count.0.saturating_mul(self.0))
    }
}

/// What a bill that is paid in cash is rounded to at its end, in payable units of the currency ([`Unit`]): one of 1, 5,
/// 10, 50 and 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
#[serde(try_from = "i64", into = "i64")]
pub struct CashRounding(i64);

impl utoipa::PartialSchema for CashRounding {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
        ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).enum_values(Some(Self::STEPS)).into()
    }
}

impl utoipa::ToSchema for CashRounding {}

impl CashRounding {
    /// What there is.
    const STEPS: [i64; 5] = [1, 5, 10, 50, 100];

    /// What is to be handed over in cash for the rest of a bill.
    ///
    /// In Chile, by Law 20.956 (article 6) of 2016, five pesos of ten and less are rounded down, six and more up.
    /// Elsewhere in favour of the guest, as Argentina's Law 22.802 (article 9 bis) has it: no law of the other
    /// currencies' countries lets a house ask for more than the bill. A bill of less than what it is rounded to is
    /// paid as it is.
    #[must_use]
    pub const fn round(self, left: Cents, currency: Currency) -> Cents {
        let step = self.0 * currency.unit();
        let over = left.0 % step;
        let up = matches!(currency, Currency::Clp) && over * 2 > step;
        let rounded = if up { left.0 - over + step } else { left.0 - over };
        if rounded == 0 { left } else { Cents(rounded) }
    }
}

impl TryFrom<i64> for CashRounding {
    type Error = Refused;
    fn try_from(units: i64) -> Result<Self, Refused> {
        if Self::STEPS.contains(&units) { Ok(Self(units)) } else { Err(Refused::new("must be 1, 5, 10, 50 or 100")) }
    }
}

impl From<CashRounding> for i64 {
    fn from(rounding: CashRounding) -> Self {
        rounding.0
    }
}

/// An amount that is negative or does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is negative or too large")]
pub struct MoneyError;

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of `cents`.
    ///
    /// # Errors
    /// [`MoneyError`] when `cents` is negative.
    pub const fn new(cents: i64) -> Result<Self, MoneyError> {
        if cents < 0 { Err(MoneyError) } else { Ok(Self(cents)) }
    }

    /// The number of cents.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError`] when it does not fit.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_add(other.0).map(Self).ok_or(MoneyError)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError`] when `other` is more than `self`.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_sub(other.0).ok_or(MoneyError).and_then(Self::new)
    }

    /// What is left when `other` is taken away: nothing when it is more than there is.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        if other.0 >= self.0 { Self::ZERO } else { Self(self.0 - other.0) }
    }

    /// The sum of parts of something whose sum was checked.
    #[must_use]
    pub(crate) const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What one of `count` comes to, rounded down; nothing where there are none.
    #[must_use]
    pub const fn per(self, count: i64) -> Self {
        if count <= 0 { Self::ZERO } else { Self(self.0 / count) }
    }

    /// The amount taken `quantity` times.
    ///
    /// # Errors
    /// [`MoneyError`] when it does not fit.
    pub fn checked_times(self, quantity: u32) -> Result<Self, MoneyError> {
        self.0.checked_mul(i64::from(quantity)).map(Self).ok_or(MoneyError)
    }

    /// The sum of many amounts.
    ///
    /// # Errors
    /// [`MoneyError`] when it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// The most that is taken in one payment, in cents: a whole bill.
pub const MAX_AMOUNT: Cents = MAX_SUM;

/// An amount that somebody types in: more than nothing, [`MAX_AMOUNT`] at most, whole cents. On the wire a JSON
/// integer; `10.0` and `1e3` are refused like `10.5`, because a client that sends them counts in something else than
/// cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(value_type = i64, minimum = 1, maximum = 10_000_000_000_000_i64)]
pub struct Amount(Cents);

impl Amount {
    /// The cents.
    #[must_use]
    pub const fn cents(self) -> Cents {
        self.0
    }
}

impl TryFrom<i64> for Amount {
    type Error = Refused;
    fn try_from(cents: i64) -> Result<Self, Refused> {
        match Cents::new(cents) {
            Ok(cents) if cents > Cents::ZERO && cents <= MAX_AMOUNT => Ok(Self(cents)),
            _ => Err(Refused::new("must be from 1 to 10000000000000")),
        }
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> Self {
        amount.0.get()
    }
}

impl TryFrom<i64> for Cents {
    type Error = MoneyError;
    fn try_from(cents: i64) -> Result<Self, MoneyError> {
        Self::new(cents)
    }
}

impl From<Cents> for i64 {
    fn from(cents: Cents) -> Self {
        cents.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn subtraction_undoes_addition(a in 0..=i64::MAX / 2, b in 0..=i64::MAX / 2) {
            let (a, b) = (Cents::new(a).unwrap(), Cents::new(b).unwrap());
            prop_assert_eq!(a.checked_add(b).unwrap().checked_sub(b), Ok(a));
        }

        #[test]
        fn nothing_goes_below_zero(a in 0..1_000_i64, more in 1..1_000_i64) {
            let owed = Cents::new(a).unwrap();
            prop_assert_eq!(owed.checked_sub(Cents::new(a + more).unwrap()), Err(MoneyError));
        }
    }

    #[test]
    fn a_unit_is_what_can_be_paid() {
        let (peso, cent) = (Unit::of(Currency::Clp), Unit::of(Currency::Ars));
        assert!(peso.pays(Cents(12_300)) && !peso.pays(Cents(12_345)) && cent.pays(Cents(12_345)));
        assert_eq!((peso.count(Cents(12_345)), peso.worth(Cents(123))), (Cents(123), Cents(12_300)));
        assert_eq!(peso.fitting([Cents(100), Cents(200)]), peso);
        assert_eq!(peso.fitting([Cents(100), Cents(250)]), Unit::CENT);
        assert!(Currency::ALL.iter().all(|currency| currency.unit() == 1 || currency.unit() == 100));
    }

    #[test]
    fn cash_is_rounded_by_the_law_of_the_currency() {
        let rounded = |units, left, currency| CashRounding(units).round(Cents(left), currency).get();
        // In pesos of Chile 1,025 are 1,020 and 1,026 are 1,030.
        assert_eq!((rounded(10, 102_500, Currency::Clp), rounded(10, 102_600, Currency::Clp)), (102_000, 103_000));
        assert_eq!((rounded(10, 102_000, Currency::Clp), rounded(1, 102_600, Currency::Clp)), (102_000, 102_600));
        assert_eq!((rounded(10, 1_239, Currency::Ars), rounded(100, 1_299, Currency::Uyu)), (1_230, 1_200));
        assert_eq!(rounded(100, 99, Currency::Ars), 99, "what is less than that is paid as it is");
        let valid: Vec<i64> = (-1..200).filter(|units| CashRounding::try_from(*units).is_ok()).collect();
        assert_eq!(valid, [1, 5, 10, 50, 100]);
    }

    #[test]
    fn an_amount_is_a_whole_number_of_cents() {
        assert_eq!(serde_json::from_str::<Amount>("10").unwrap().cents(), Cents(10));
        for wrong in
            ["0", "-1", "10.0", "10.5", "1e3", "\"10\"", "null", "true", "10000000000001", "99999999999999999999"]
        {
            assert!(serde_json::from_str::<Amount>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_highest_price_is_counted_in_what_can_be_paid() {
        assert_eq!(Currency::Ars.max_price().get(), 1_000_000_000);
        assert_eq!(Currency::Clp.max_price(), MAX_PRICE);
        for currency in Currency::ALL {
            assert_eq!(currency.max_price().get() / currency.unit(), 1_000_000_000, "{currency}");
        }
        let largest_line = MAX_PRICE.checked_times(99).unwrap();
        assert!(largest_line.checked_times(200).is_ok() && MAX_SUM.checked_times(100_000).is_ok());
        assert!(MAX_SUM.get() < 1 << 53);
    }

    #[test]
    fn an_overflow_is_an_error_not_a_wrap() {
        let huge = Cents::new(i64::MAX).unwrap();
        assert_eq!(huge.checked_add(Cents::new(1).unwrap()), Err(MoneyError));
        assert_eq!(huge.checked_times(2), Err(MoneyError));
        assert_eq!(Cents::ZERO.saturating_sub(huge), Cents::ZERO);
        assert_eq!((Cents(1000).per(3), Cents(1000).per(0), huge.per(-1)), (Cents(333), Cents::ZERO, Cents::ZERO));
        assert!(serde_json::from_str::<Cents>("-1").is_err());
    }
}
