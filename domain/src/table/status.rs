//! Table: FREE → ACTIVE → PAYING → FREE; OUT_OF_SERVICE by the office.

use crate::status::{IllegalTransition, text_enum};

text_enum! {
    /// What a table is doing.
    TableStatus {
        /// Nobody sits there.
        Free = "FREE",
        /// A session is open.
        Active = "ACTIVE",
        /// The party asked for the check.
        Paying = "PAYING",
        /// The office took it out of use.
        OutOfService = "OUT_OF_SERVICE",
    }
}

impl TableStatus {
    const fn refuse(self, action: &'static str) -> IllegalTransition {
        IllegalTransition { noun: "table", from: self.as_str(), action }
    }

    /// A diner scans the code, with no live session at the table. A stale ACTIVE or PAYING heals
    /// (diner-waiter.md §5.1).
    ///
    /// # Errors
    /// The table is out of service.
    pub const fn seat(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Free | Self::Active | Self::Paying => Ok(Self::Active),
            Self::OutOfService => Err(self.refuse("open a session at")),
        }
    }

    /// A waiter activates the table for walk-ins (W10).
    ///
    /// # Errors
    /// Unless it is free.
    pub const fn activate(self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Free => Ok(Self::Active),
            Self::Active | Self::Paying | Self::OutOfService => Err(self.refuse("activate")),
        }
    }

    /// The party left. A table that is out of service stays so.
    #[must_use]
    pub const fn free(self) -> Self {
        match self {
            Self::Free | Self::Active | Self::Paying => Self::Free,
            Self::OutOfService => Self::OutOfService,
        }
    }

    /// Its party asked for the check. A stale FREE heals; a table that is out of service stays so.
    #[must_use]
    pub const fn pay(self) -> Self {
        match self {
            Self::Free | Self::Active | Self::Paying => Self::Paying,
            Self::OutOfService => Self::OutOfService,
        }
    }

    /// The check was withdrawn: its party orders again. A table that is out of service stays so.
    #[must_use]
    pub const fn resume(self) -> Self {
        match self {
            Self::Free | Self::Active | Self::Paying => Self::Active,
            Self::OutOfService => Self::OutOfService,
        }
    }

    /// What the table of a live session hands on when the party moves: a stale or closed table's party sits at an
    /// ordinary one afterwards.
    #[must_use]
    pub const fn carried(self) -> Self {
        match self {
            Self::Paying => Self::Paying,
            Self::Free | Self::Active | Self::OutOfService => Self::Active,
        }
    }

    /// The office takes the table out of use, or puts it back. It has no say while a party sits there, and guests make
    /// a table ACTIVE or PAYING, not forms; a stale one heals. To leave it as it is is no change.
    ///
    /// # Errors
    /// A party sits there, or it is to be neither free nor out of service.
    pub fn by_office(self, wanted: Self, seated: bool) -> Result<Self, IllegalTransition> {
        match (wanted, seated) {
            _ if wanted == self => Ok(self),
            (Self::Free, false) => Ok(Self::Free),
            (Self::OutOfService, false) => Ok(Self::OutOfService),
            (Self::Free, true) => Err(self.refuse("free")),
            (Self::OutOfService, true) => Err(self.refuse("take out of service")),
            (Self::Active | Self::Paying, _) => Err(self.refuse("seat nobody at")),
        }
    }

    /// A session moves here from another table (TABLE_TRANSFERRED).
    ///
    /// # Errors
    /// Unless it is free.
    pub const fn receive(self, moved: Self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Free => Ok(moved),
            Self::Active | Self::Paying | Self::OutOfService => Err(self.refuse("move a session to")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TableStatus::{self, Active, Free, OutOfService, Paying};

    #[test]
    fn the_office_has_no_say_while_a_party_sits_there() {
        let all = [Free, Active, Paying, OutOfService];
        for (from, wanted) in all.into_iter().flat_map(|from| all.map(|wanted| (from, wanted))) {
            let allowed = |seated| from.by_office(wanted, seated).is_ok();
            assert_eq!(allowed(true), from == wanted);
            assert_eq!(allowed(false), from == wanted || matches!(wanted, Free | OutOfService));
        }
    }

    #[test]
    fn money_moves_every_table_but_one_out_of_service() {
        let all = [Free, Active, Paying, OutOfService];
        assert_eq!(all.map(TableStatus::pay), [Paying, Paying, Paying, OutOfService]);
        assert_eq!(all.map(TableStatus::resume), [Active, Active, Active, OutOfService]);
    }
}
