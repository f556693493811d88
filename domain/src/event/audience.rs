//! Who hears an event.

/// Which waiters of the branch hear an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiters {
    /// None.
    No,
    /// All of the branch (W).
    All,
    /// Those assigned to the table's sector today; all when the table has no sector or nobody is assigned to it (Ws).
    OfSector,
}

/// The audience of an event within its branch. A diner of another session is never part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audience {
    /// Admins and managers (A).
    pub admins: bool,
    /// Waiters (W or Ws).
    pub waiters: Waiters,
    /// Kitchen displays (K).
    pub kitchen: bool,
    /// Diners of the event's session (S).
    pub session: bool,
    /// Diners of the whole branch (D).
    pub diners: bool,
}

impl Audience {
    const NOBODY: Self = Self { admins: false, waiters: Waiters::No, kitchen: false, session: false, diners: false };

    /// Admins only.
    pub(super) const A: Self = Self { admins: true, ..Self::NOBODY };
    /// The session only.
    pub(super) const S: Self = Self { session: true, ..Self::NOBODY };
    /// Admins, all waiters, the session.
    pub(super) const A_W_S: Self = Self { waiters: Waiters::All, session: true, ..Self::A };
    /// Admins, the sector's waiters, the session.
    pub(super) const A_WS_S: Self = Self { waiters: Waiters::OfSector, session: true, ..Self::A };
    /// Admins, the sector's waiters, the kitchen, the session.
    pub(super) const A_WS_K_S: Self = Self { kitchen: true, ..Self::A_WS_S };
    /// Admins, the sector's waiters, the kitchen.
    pub(super) const A_WS_K: Self = Self { session: false, ..Self::A_WS_K_S };
    /// Admins, all waiters, the kitchen, every diner of the branch.
    pub(super) const A_W_K_D: Self = Self { waiters: Waiters::All, kitchen: true, diners: true, ..Self::A };
}
